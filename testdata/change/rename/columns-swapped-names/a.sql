CREATE TABLE public.pairs (id integer PRIMARY KEY, a text, b text);
INSERT INTO public.pairs VALUES (1, 'was a', 'was b');
