CREATE TABLE public.logs (id integer PRIMARY KEY, at timestamptz);
CREATE INDEX logs_at_idx ON public.logs (at);
COMMENT ON INDEX public.logs_at_idx IS 'for the latest';
