CREATE TABLE public.users (id integer PRIMARY KEY, name text);
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer REFERENCES public.users (id));
INSERT INTO public.users VALUES (1, 'Ada'), (2, 'Ben');
INSERT INTO public.posts VALUES (1, 1);
