CREATE TABLE public.docs (id integer PRIMARY KEY, title text, body text);
INSERT INTO public.docs VALUES (1, 'Cats', 'purr'), (2, 'Dogs', NULL);
