CREATE TABLE public.users (id integer, name text);
INSERT INTO public.users VALUES (1, 'Ada'), (2, 'Ben');
