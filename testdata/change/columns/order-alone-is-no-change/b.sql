CREATE TABLE public.t (b text, id integer PRIMARY KEY, a text);
