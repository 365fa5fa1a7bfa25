CREATE TABLE public.users (id integer PRIMARY KEY, mail text NOT NULL, name text);
COMMENT ON COLUMN public.users.mail IS 'where to write to';
INSERT INTO public.users VALUES (1, 'a@example.org', 'Ada'), (2, 'b@example.org', 'Ben');
