CREATE TABLE public.users (id integer PRIMARY KEY, name text, tenant integer NOT NULL);
