INSERT INTO public.t VALUES (2, 9) RETURNING n, (SELECT n FROM public.t WHERE id = 1);
