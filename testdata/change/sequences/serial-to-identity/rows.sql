INSERT INTO public.orders (what) VALUES ('d') RETURNING id, (SELECT count(*) FROM public.orders);
