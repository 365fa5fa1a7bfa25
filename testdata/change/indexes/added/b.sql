CREATE TABLE public.t (id integer PRIMARY KEY, a text, b integer, c jsonb);
CREATE INDEX t_lower ON public.t (lower(a) text_pattern_ops, b DESC NULLS LAST) INCLUDE (c) WITH (fillfactor=70) WHERE b > 0;
CREATE INDEX t_c ON public.t USING gin (c);
COMMENT ON INDEX public.t_c IS 'for search';
