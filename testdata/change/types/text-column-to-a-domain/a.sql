CREATE TABLE public.users (id integer PRIMARY KEY, mail text NOT NULL DEFAULT 'a@b');
INSERT INTO public.users VALUES (1, 'x@y');
