CREATE TABLE public.users (id integer NOT NULL, name text, CONSTRAINT users_id_key UNIQUE (id));
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer CONSTRAINT posts_author_fkey REFERENCES public.users (id));
INSERT INTO public.users VALUES (1, 'Ada'), (2, 'Ben');
INSERT INTO public.posts VALUES (1, 1);
