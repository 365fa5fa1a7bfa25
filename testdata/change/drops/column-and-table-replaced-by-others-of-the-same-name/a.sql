CREATE TABLE public.t (id integer PRIMARY KEY, data bytea);
CREATE TABLE public.things (id integer PRIMARY KEY, a text);
INSERT INTO public.t VALUES (1, '\x01');
INSERT INTO public.things VALUES (1, 'a');
