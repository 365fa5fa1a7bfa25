CREATE TABLE public.t (id integer PRIMARY KEY, a text) WITH (fillfactor=70, autovacuum_enabled=false, toast.autovacuum_enabled=false);
CREATE TABLE public.u (id integer PRIMARY KEY);
INSERT INTO public.t VALUES (1, 'a');
