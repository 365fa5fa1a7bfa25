CREATE TABLE public.users (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT users_a_key UNIQUE (a));
CREATE UNIQUE INDEX users_b ON public.users (b) NULLS NOT DISTINCT;
INSERT INTO public.users VALUES (1, 1, NULL), (2, NULL, 2);
