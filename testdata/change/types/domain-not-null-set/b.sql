CREATE DOMAIN public.name AS text NOT NULL;
CREATE DOMAIN public.title AS text;
CREATE TABLE public.users (id integer PRIMARY KEY, name public.name, title public.title);
