CREATE TABLE public.t (id integer PRIMARY KEY, n bigint);
CREATE PUBLICATION change_filtered FOR TABLE public.t (id, n) WHERE (n > 0);
ALTER TABLE public.t REPLICA IDENTITY FULL;
