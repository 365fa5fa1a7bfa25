CREATE TABLE public.users (id integer PRIMARY KEY, mail text);
CREATE VIEW public.mails AS SELECT mail FROM public.users;
INSERT INTO public.users VALUES (1, 'a@example.org');
