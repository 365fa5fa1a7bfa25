CREATE TABLE public.kept (id integer PRIMARY KEY);
CREATE TABLE public.events (id integer NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE public.events_2024 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.events_rest PARTITION OF public.events DEFAULT;
INSERT INTO public.kept VALUES (1);
INSERT INTO public.events VALUES (1, '2024-02-02'), (2, '2000-01-01');
