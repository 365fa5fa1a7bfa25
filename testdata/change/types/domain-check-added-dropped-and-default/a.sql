CREATE DOMAIN public.email AS text CONSTRAINT has_at CHECK (VALUE LIKE '%@%') CONSTRAINT short CHECK (length(VALUE) < 100);
CREATE TABLE public.users (id integer PRIMARY KEY, mail public.email);
CREATE INDEX users_mail ON public.users (mail);
INSERT INTO public.users VALUES (1, 'a@b.c');
