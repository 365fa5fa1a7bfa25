CREATE TABLE public.kinds (id integer PRIMARY KEY);
CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, kind integer,
    CONSTRAINT events_pkey PRIMARY KEY (id, at),
    CONSTRAINT kind_positive CHECK (kind > 0),
    CONSTRAINT events_kind_fkey FOREIGN KEY (kind) REFERENCES public.kinds (id)) PARTITION BY RANGE (at);
CREATE TABLE public.events_2023 PARTITION OF public.events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE public.events_2024 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX events_kind ON public.events (kind, at);
