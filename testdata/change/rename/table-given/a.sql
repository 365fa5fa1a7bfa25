CREATE TABLE public.users (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer REFERENCES public.users (id));
CREATE INDEX users_lower_idx ON public.users (lower(name));
INSERT INTO public.users (name) VALUES ('Ada'), ('Ben');
INSERT INTO public.posts VALUES (1, 2);
