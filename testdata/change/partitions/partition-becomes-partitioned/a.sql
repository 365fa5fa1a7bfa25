CREATE TABLE public.m (region text NOT NULL, at date NOT NULL, v integer) PARTITION BY LIST (region);
CREATE TABLE public.m_eu PARTITION OF public.m FOR VALUES IN ('eu');
INSERT INTO public.m VALUES ('eu', '2024-02-02', 1), ('eu', '2025-02-02', 2);
