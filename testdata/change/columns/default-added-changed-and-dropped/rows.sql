INSERT INTO public.t (id) VALUES (2) RETURNING a, b, c;
