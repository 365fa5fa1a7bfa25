CREATE TABLE public.users (id integer PRIMARY KEY, name text);
CREATE VIEW public.people AS SELECT id, name FROM public.users;
CREATE VIEW public.ids AS SELECT id FROM public.people;
INSERT INTO public.users VALUES (1, 'Ada');
