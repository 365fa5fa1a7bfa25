CREATE SCHEMA archive;
CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE public.events_2022 PARTITION OF public.events FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
CREATE TABLE archive.events_2021 PARTITION OF public.events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
INSERT INTO public.events VALUES (1, '2021-03-03'), (2, '2022-04-04');
