CREATE TABLE public.users (tenant integer NOT NULL, id integer NOT NULL, name text, CONSTRAINT users_pkey PRIMARY KEY (tenant, id));
COMMENT ON CONSTRAINT users_pkey ON public.users IS 'the key';
