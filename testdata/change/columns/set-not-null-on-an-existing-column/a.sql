CREATE TABLE public.users (id integer PRIMARY KEY, name text);
INSERT INTO public.users VALUES (1, 'Ada');
