CREATE TABLE public.t (id integer PRIMARY KEY, a text, at timestamptz, n integer);
CREATE INDEX by_expression ON public.t (lower(a));
CREATE INDEX by_predicate ON public.t (n) WHERE n > 0;
CREATE INDEX by_method ON public.t (at);
CREATE INDEX by_options ON public.t (a) WITH (fillfactor=90);
COMMENT ON INDEX public.by_method IS 'kept';
INSERT INTO public.t VALUES (1, 'A', '2024-01-01 00:00+00', 1);
