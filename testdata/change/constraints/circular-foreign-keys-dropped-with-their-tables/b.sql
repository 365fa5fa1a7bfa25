CREATE TABLE public.kept (id integer PRIMARY KEY, a integer);
