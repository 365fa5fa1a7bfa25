CREATE TABLE public.t (id serial PRIMARY KEY, a text);
CREATE UNLOGGED TABLE public.u (id integer PRIMARY KEY, a text);
