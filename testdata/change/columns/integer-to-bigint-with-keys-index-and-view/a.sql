CREATE TABLE public.users (id integer PRIMARY KEY, ref integer UNIQUE);
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer NOT NULL REFERENCES public.users (id) ON DELETE CASCADE);
CREATE INDEX posts_author ON public.posts (author);
CREATE VIEW public.authors AS SELECT u.id, count(p.id) AS n FROM public.users u LEFT JOIN public.posts p ON p.author = u.id GROUP BY u.id;
INSERT INTO public.users VALUES (1, 10), (2, NULL);
INSERT INTO public.posts VALUES (1, 1), (2, 1);
