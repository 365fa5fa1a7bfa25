CREATE TABLE public.events (id integer NOT NULL, at date NOT NULL, kind bigint, note integer NOT NULL DEFAULT 0) PARTITION BY RANGE (at);
CREATE TABLE public.events_2023 PARTITION OF public.events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE public.events_rest PARTITION OF public.events DEFAULT;
CREATE INDEX events_kind ON public.events (kind);
