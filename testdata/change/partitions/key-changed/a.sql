CREATE TABLE public.m (id integer NOT NULL, region text NOT NULL) PARTITION BY LIST (region);
CREATE TABLE public.m_eu PARTITION OF public.m FOR VALUES IN ('eu');
CREATE TABLE public.m_us PARTITION OF public.m FOR VALUES IN ('us');
INSERT INTO public.m VALUES (1, 'eu'), (200, 'us');
