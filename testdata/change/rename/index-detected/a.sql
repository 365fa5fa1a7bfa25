CREATE TABLE public.logs (id integer PRIMARY KEY, at timestamptz, who text);
CREATE INDEX idx1 ON public.logs (at, who) WHERE who IS NOT NULL;
INSERT INTO public.logs VALUES (1, '2024-01-01 00:00+00', 'me');
