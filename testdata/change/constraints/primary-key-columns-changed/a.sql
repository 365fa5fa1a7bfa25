CREATE TABLE public.users (tenant integer NOT NULL, id integer NOT NULL, name text, CONSTRAINT users_pkey PRIMARY KEY (id));
COMMENT ON CONSTRAINT users_pkey ON public.users IS 'the key';
INSERT INTO public.users VALUES (1, 1, 'Ada'), (1, 2, 'Ben');
