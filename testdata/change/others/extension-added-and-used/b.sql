CREATE EXTENSION citext;
CREATE TABLE public.users (id integer PRIMARY KEY, mail citext);
CREATE INDEX users_mail ON public.users (mail);
