CREATE TABLE public.t (id integer PRIMARY KEY, a text, b text);
INSERT INTO public.t VALUES (1, 'a', 'b');
