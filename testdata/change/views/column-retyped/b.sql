CREATE TABLE public.users (id integer PRIMARY KEY, name text);
CREATE VIEW public.people AS SELECT id::bigint AS id, name FROM public.users;
CREATE VIEW public.ids AS SELECT id FROM public.people;
