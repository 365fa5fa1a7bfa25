CREATE TABLE public.users (id integer PRIMARY KEY, mail text NOT NULL, name text);
INSERT INTO public.users VALUES (1, 'a@example.org', 'Ada'), (2, 'b@example.org', 'Ben');
