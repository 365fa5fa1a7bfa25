CREATE TABLE public.users (id integer PRIMARY KEY, grp integer, name text);
