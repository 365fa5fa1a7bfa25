CREATE TABLE public.users (id integer PRIMARY KEY, n bigint);
CREATE VIEW public.kept WITH (security_invoker=true, security_barrier=true) AS SELECT id, n FROM public.users;
CREATE VIEW public.set WITH (security_invoker=on) AS SELECT id FROM public.users;
