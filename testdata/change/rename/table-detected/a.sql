CREATE TABLE public.users (id integer PRIMARY KEY, name text NOT NULL, born date, notes text DEFAULT '');
INSERT INTO public.users VALUES (1, 'Ada', '1815-12-10', 'x');
