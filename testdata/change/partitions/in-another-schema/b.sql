CREATE SCHEMA archive;
CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE archive.events_2022 PARTITION OF public.events FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
CREATE TABLE archive.events_2021 PARTITION OF public.events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE archive.events_2020 PARTITION OF public.events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX events_kind ON public.events (kind);
