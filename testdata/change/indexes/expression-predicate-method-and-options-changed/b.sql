CREATE TABLE public.t (id integer PRIMARY KEY, a text, at timestamptz, n integer);
CREATE INDEX by_expression ON public.t (upper(a));
CREATE INDEX by_predicate ON public.t (n) WHERE n > 10;
CREATE INDEX by_method ON public.t USING brin (at) WITH (pages_per_range=64);
CREATE INDEX by_options ON public.t (a) WITH (fillfactor=60, deduplicate_items=off);
COMMENT ON INDEX public.by_method IS 'kept';
