CREATE TABLE public.t (id integer PRIMARY KEY, tag integer[], flag integer NOT NULL DEFAULT 0);
INSERT INTO public.t VALUES (1, '{1,2}', 1), (2, NULL, 0);
