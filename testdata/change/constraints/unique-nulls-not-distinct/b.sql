CREATE TABLE public.users (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT users_a_key UNIQUE NULLS NOT DISTINCT (a));
CREATE UNIQUE INDEX users_b ON public.users (b);
