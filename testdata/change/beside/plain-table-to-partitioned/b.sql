CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, kind text DEFAULT 'x', CONSTRAINT events_pkey PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE public.events_2023 PARTITION OF public.events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE public.events_2024 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX events_kind ON public.events (kind);
COMMENT ON TABLE public.events IS 'what happened';
GRANT SELECT ON public.events TO change_part_reader;
CREATE VIEW public.kinds AS SELECT kind, count(*) AS n FROM public.events GROUP BY kind;
