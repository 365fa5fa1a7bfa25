CREATE TABLE public.pairs (id integer PRIMARY KEY, b text, a text);
