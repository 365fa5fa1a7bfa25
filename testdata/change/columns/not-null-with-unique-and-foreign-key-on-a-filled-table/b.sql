CREATE TABLE public.tenants (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, name text, tenant integer NOT NULL REFERENCES public.tenants (id), code text NOT NULL UNIQUE);
