CREATE TABLE public.t (id integer PRIMARY KEY, n integer, gone text);
CREATE PUBLICATION change_filtered FOR TABLE public.t (id, n) WHERE (n > 0);
ALTER TABLE public.t REPLICA IDENTITY FULL;
INSERT INTO public.t VALUES (1, 1, 'x');
