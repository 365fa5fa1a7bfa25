CREATE TABLE public.users (id integer PRIMARY KEY, mail text, CONSTRAINT users_mail_key UNIQUE (mail));
