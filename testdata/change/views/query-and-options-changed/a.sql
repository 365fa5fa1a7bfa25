CREATE TABLE public.users (id integer PRIMARY KEY, name text, active boolean);
CREATE VIEW public.people AS SELECT id, name FROM public.users;
CREATE VIEW public.checked WITH (check_option=local) AS SELECT id, active FROM public.users WHERE active;
INSERT INTO public.users VALUES (1, 'Ada', true), (2, 'Ben', false);
