CREATE TABLE public.t (id integer PRIMARY KEY, data text NOT NULL DEFAULT '{}');
INSERT INTO public.t VALUES (1, '{"a": 1}');
