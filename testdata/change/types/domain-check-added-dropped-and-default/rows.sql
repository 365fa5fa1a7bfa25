INSERT INTO public.users (id) VALUES (2) RETURNING mail, (SELECT mail FROM public.users WHERE id = 1);
