SELECT * FROM public.t;
