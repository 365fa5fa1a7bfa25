INSERT INTO public.a (x) VALUES ('c') RETURNING id > 7, (SELECT count(*) FROM public.b);
