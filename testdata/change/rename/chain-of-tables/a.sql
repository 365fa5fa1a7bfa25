CREATE TABLE public.a (id integer PRIMARY KEY, what text);
CREATE TABLE public.b (id integer PRIMARY KEY, what text);
INSERT INTO public.a VALUES (1, 'was a');
INSERT INTO public.b VALUES (1, 'was b');
