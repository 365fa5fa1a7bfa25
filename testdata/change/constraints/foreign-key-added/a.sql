CREATE TABLE public.groups (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer);
INSERT INTO public.groups VALUES (1);
INSERT INTO public.users VALUES (1, 1), (2, NULL);
