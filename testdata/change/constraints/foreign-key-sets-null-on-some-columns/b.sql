CREATE TABLE public.t (tenant integer, id integer, PRIMARY KEY (tenant, id));
CREATE TABLE public.c (id integer PRIMARY KEY, tenant integer, t integer, CONSTRAINT c_t FOREIGN KEY (tenant, t) REFERENCES public.t ON DELETE SET NULL (t));
