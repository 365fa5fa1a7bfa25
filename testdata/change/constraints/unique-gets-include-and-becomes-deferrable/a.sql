CREATE TABLE public.users (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT a_key UNIQUE (a), CONSTRAINT b_key UNIQUE (b));
INSERT INTO public.users VALUES (1, 1, 1), (2, 2, 2);
