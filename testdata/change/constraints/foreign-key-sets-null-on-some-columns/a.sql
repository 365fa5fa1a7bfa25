CREATE TABLE public.t (tenant integer, id integer, PRIMARY KEY (tenant, id));
CREATE TABLE public.c (id integer PRIMARY KEY, tenant integer, t integer, CONSTRAINT c_t FOREIGN KEY (tenant, t) REFERENCES public.t ON DELETE SET NULL);
INSERT INTO public.t VALUES (1, 1);
INSERT INTO public.c VALUES (1, 1, 1);
