CREATE TABLE public.t (id integer PRIMARY KEY, a text) WITH (fillfactor=90, autovacuum_vacuum_scale_factor=0.01);
CREATE TABLE public.u (id integer PRIMARY KEY WITH (fillfactor=50)) WITH (parallel_workers=4, toast_tuple_target=4000);
