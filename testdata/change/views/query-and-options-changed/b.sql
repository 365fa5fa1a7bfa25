CREATE TABLE public.users (id integer PRIMARY KEY, name text, active boolean);
CREATE VIEW public.people WITH (security_barrier=true) AS SELECT id, name FROM public.users WHERE active;
CREATE VIEW public.checked AS SELECT id, active FROM public.users WHERE active;
