CREATE TABLE public.logs (id integer PRIMARY KEY, at timestamptz, who text);
CREATE INDEX logs_at_who_idx ON public.logs (at, who) WHERE who IS NOT NULL;
