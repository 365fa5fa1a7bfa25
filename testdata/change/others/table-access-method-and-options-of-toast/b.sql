CREATE TABLE public.t (id integer PRIMARY KEY, a text);
ALTER TABLE public.t SET (toast.autovacuum_vacuum_threshold = 200, toast.vacuum_truncate = false);
