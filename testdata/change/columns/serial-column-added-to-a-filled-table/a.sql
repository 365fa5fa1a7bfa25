CREATE TABLE public.users (name text);
INSERT INTO public.users VALUES ('Ada'), ('Ben');
