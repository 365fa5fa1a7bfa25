INSERT INTO public.shirts VALUES (2, 'l') RETURNING size;
