CREATE TABLE public.people (id integer PRIMARY KEY, fname text, lname text, born date);
INSERT INTO public.people VALUES (1, 'Ada', 'Lovelace', '1815-12-10');
