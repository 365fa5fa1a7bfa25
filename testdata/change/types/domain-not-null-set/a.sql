CREATE DOMAIN public.name AS text;
CREATE DOMAIN public.title AS text NOT NULL;
CREATE TABLE public.users (id integer PRIMARY KEY, name public.name, title public.title);
INSERT INTO public.users VALUES (1, 'Ada', 'Dr');
