INSERT INTO public.orders (what) VALUES ('c') RETURNING id;
