CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer DEFAULT 1, c timestamptz DEFAULT now());
INSERT INTO public.t VALUES (1, NULL, 2, NULL);
