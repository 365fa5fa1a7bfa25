CREATE TABLE public.users (id integer PRIMARY KEY, name text, mail text);
CREATE VIEW public.people AS SELECT id, name FROM public.users;
CREATE VIEW public.names AS SELECT name FROM public.people;
GRANT SELECT ON public.people TO change_view_reader;
INSERT INTO public.users VALUES (1, 'Ada', 'a@b');
