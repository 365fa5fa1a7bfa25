CREATE TABLE public.users (id integer PRIMARY KEY, active boolean);
CREATE VIEW public.active_users AS SELECT id FROM public.users WHERE active;
CREATE VIEW public.v_count AS SELECT count(*) FROM public.active_users;
GRANT SELECT ON public.active_users TO change_viewer;
COMMENT ON VIEW public.active_users IS 'who is here';
