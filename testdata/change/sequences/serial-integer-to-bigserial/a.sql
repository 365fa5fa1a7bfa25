CREATE TABLE public.t (id serial PRIMARY KEY, x text);
CREATE VIEW public.v AS SELECT id FROM public.t;
INSERT INTO public.t (x) VALUES ('a'), ('b');
