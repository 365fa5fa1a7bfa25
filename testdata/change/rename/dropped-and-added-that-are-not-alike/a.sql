CREATE TABLE public.users (id integer PRIMARY KEY, photo bytea);
INSERT INTO public.users VALUES (1, '\x01');
