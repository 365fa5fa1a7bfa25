CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer, n integer);
INSERT INTO public.users VALUES (1, 99, -1);
