SELECT id, s FROM public.t;
