CREATE TABLE public.users (id integer PRIMARY KEY, mail text, tenant integer, CONSTRAINT users_mail_key UNIQUE (tenant, mail));
COMMENT ON CONSTRAINT users_mail_key ON public.users IS 'each once';
