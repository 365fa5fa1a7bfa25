CREATE TABLE public.events (id integer NOT NULL, at date NOT NULL, gone text, kind integer) PARTITION BY RANGE (at);
CREATE TABLE public.events_2023 PARTITION OF public.events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE public.events_rest PARTITION OF public.events DEFAULT;
CREATE INDEX events_kind ON public.events (kind);
INSERT INTO public.events VALUES (1, '2023-03-03', 'g', 1), (2, '2025-05-05', 'h', 2);
