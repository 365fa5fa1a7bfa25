CREATE TABLE public.facts (id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE public.facts_2024 PARTITION OF public.facts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
