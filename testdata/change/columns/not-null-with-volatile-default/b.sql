CREATE TABLE public.users (id integer PRIMARY KEY, name text, token uuid NOT NULL DEFAULT gen_random_uuid());
