CREATE TABLE public.users (id integer PRIMARY KEY, age text, mail text);
