CREATE TABLE public.t (id integer PRIMARY KEY, tag bigint[], flag boolean NOT NULL DEFAULT false);
