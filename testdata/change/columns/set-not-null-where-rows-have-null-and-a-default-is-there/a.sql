CREATE TABLE public.users (id integer PRIMARY KEY, lang text DEFAULT 'en');
INSERT INTO public.users VALUES (1, 'de'), (2, NULL);
