CREATE TABLE public.t (id integer PRIMARY KEY, a text);
ALTER TABLE public.t SET (toast.autovacuum_vacuum_threshold = 100);
INSERT INTO public.t VALUES (1, 'a');
