INSERT INTO public.t (a) VALUES ('c') RETURNING id, (SELECT a FROM public.u);
