CREATE TABLE public.t (id integer PRIMARY KEY, data bytea);
CREATE VIEW public.things AS SELECT id FROM public.t;
