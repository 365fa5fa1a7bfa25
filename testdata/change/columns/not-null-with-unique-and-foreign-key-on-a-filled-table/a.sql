CREATE TABLE public.tenants (id integer PRIMARY KEY);
CREATE TABLE public.users (id integer PRIMARY KEY, name text);
INSERT INTO public.tenants VALUES (1);
INSERT INTO public.users VALUES (1, 'Ada'), (2, 'Ben');
