CREATE TYPE public.person AS (id integer, name text, born date);
CREATE TABLE public.people OF public.person (PRIMARY KEY (id), name WITH OPTIONS NOT NULL DEFAULT 'x');
