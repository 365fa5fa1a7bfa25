CREATE TABLE public.users (id integer NOT NULL, name text, CONSTRAINT users_pkey PRIMARY KEY (id));
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer CONSTRAINT posts_author_fkey REFERENCES public.users (id));
