CREATE TABLE public.users (id integer PRIMARY KEY, name text, mail text);
CREATE VIEW public.people AS SELECT id, name, mail FROM public.users;
CREATE VIEW public.names AS SELECT name FROM public.people;
GRANT SELECT ON public.people TO change_view_reader;
