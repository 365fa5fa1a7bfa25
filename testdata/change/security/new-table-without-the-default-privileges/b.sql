CREATE TABLE public.old (id integer PRIMARY KEY);
CREATE TABLE public.secret (id integer PRIMARY KEY);
GRANT INSERT ON public.secret TO change_loader_friend;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO change_reader;
