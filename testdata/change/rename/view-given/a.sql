CREATE TABLE public.users (id integer PRIMARY KEY, active boolean);
CREATE VIEW public.v AS SELECT id FROM public.users WHERE active;
CREATE VIEW public.v_count AS SELECT count(*) FROM public.v;
GRANT SELECT ON public.v TO change_viewer;
COMMENT ON VIEW public.v IS 'who is here';
INSERT INTO public.users VALUES (1, true), (2, false);
