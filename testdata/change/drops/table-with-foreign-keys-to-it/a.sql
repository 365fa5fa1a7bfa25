CREATE TABLE public.groups (id serial PRIMARY KEY, name text);
CREATE TABLE public.users (id integer PRIMARY KEY, grp integer REFERENCES public.groups (id), name text);
CREATE VIEW public.grouped AS SELECT u.name, g.name AS grp FROM public.users u JOIN public.groups g ON g.id = u.grp;
CREATE INDEX groups_name ON public.groups (name);
COMMENT ON TABLE public.groups IS 'not needed';
INSERT INTO public.groups (name) VALUES ('x'), ('y');
INSERT INTO public.users VALUES (1, 1, 'Ada');
