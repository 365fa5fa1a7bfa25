INSERT INTO public.orders (what) VALUES ('d') RETURNING id, (SELECT order_id FROM public.lines);
