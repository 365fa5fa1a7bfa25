CREATE TABLE public.users (id integer NOT NULL, uid integer NOT NULL, CONSTRAINT users_pkey PRIMARY KEY (uid), CONSTRAINT users_id_key UNIQUE (id));
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer CONSTRAINT posts_author_fkey REFERENCES public.users (id));
CREATE VIEW public.counted AS SELECT u.uid, u.id, count(*) AS n FROM public.users u JOIN public.posts p ON p.author = u.id GROUP BY u.uid;
