CREATE TABLE public.b (id integer PRIMARY KEY, what text);
CREATE TABLE public.c (id integer PRIMARY KEY, what text);
