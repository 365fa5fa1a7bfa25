CREATE TABLE public.users (id integer PRIMARY KEY, lang text NOT NULL DEFAULT 'en');
