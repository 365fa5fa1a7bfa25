CREATE TABLE public.users (id integer PRIMARY KEY, name text, active boolean NOT NULL DEFAULT true);
