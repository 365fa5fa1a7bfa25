CREATE TABLE public.users (id integer PRIMARY KEY, n integer);
CREATE VIEW public.kept WITH (security_invoker=true, security_barrier=true) AS SELECT id, n FROM public.users;
CREATE VIEW public.set AS SELECT id FROM public.users;
INSERT INTO public.users VALUES (1, 1);
