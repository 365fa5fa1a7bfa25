CREATE TABLE public.users (id integer PRIMARY KEY, mail text, tenant integer);
INSERT INTO public.users VALUES (1, 'a@b', 1), (2, 'b@b', 1);
