CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, kind integer) PARTITION BY RANGE (at);
CREATE TABLE public.events_2023 PARTITION OF public.events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE public.events_2024 PARTITION OF public.events (kind DEFAULT 5, CONSTRAINT only_2024 CHECK (kind < 10)) FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') WITH (fillfactor=80);
CREATE UNIQUE INDEX new_2024 ON public.events_2024 (id) WHERE kind = 1;
COMMENT ON TABLE public.events_2024 IS 'this year';
