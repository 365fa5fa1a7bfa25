CREATE TABLE public.users (id integer PRIMARY KEY, name text);
CREATE VIEW public.people AS SELECT id, name AS full_name FROM public.users;
CREATE VIEW public.upper_names AS SELECT upper(full_name) AS upper FROM public.people;
