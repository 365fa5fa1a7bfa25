CREATE TABLE public.logs (id integer PRIMARY KEY, at timestamptz);
CREATE INDEX idx1 ON public.logs (at);
COMMENT ON INDEX public.idx1 IS 'for the latest';
INSERT INTO public.logs VALUES (1, '2024-01-01 00:00+00');
