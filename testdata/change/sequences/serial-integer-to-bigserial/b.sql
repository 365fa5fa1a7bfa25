CREATE TABLE public.t (id bigserial PRIMARY KEY, x text);
CREATE VIEW public.v AS SELECT id FROM public.t;
