CREATE TABLE public.users (id integer PRIMARY KEY, mail text);
CREATE UNIQUE INDEX users_mail_key ON public.users (mail);
INSERT INTO public.users VALUES (1, 'a@b');
