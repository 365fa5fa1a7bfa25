CREATE TABLE public.users (id integer NOT NULL, uid integer NOT NULL, CONSTRAINT users_pkey PRIMARY KEY (id), CONSTRAINT users_uid_key UNIQUE (uid));
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer CONSTRAINT posts_author_fkey REFERENCES public.users (id));
CREATE VIEW public.counted AS SELECT u.id, u.uid, count(*) AS n FROM public.users u JOIN public.posts p ON p.author = u.id GROUP BY u.id;
INSERT INTO public.users VALUES (1, 1);
INSERT INTO public.posts VALUES (1, 1);
