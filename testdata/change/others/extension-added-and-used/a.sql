CREATE TABLE public.users (id integer PRIMARY KEY, mail text);
INSERT INTO public.users VALUES (1, 'A@b');
