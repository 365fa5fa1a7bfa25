INSERT INTO public.t (x) VALUES ('c') RETURNING id, (SELECT max(id) FROM public.v);
