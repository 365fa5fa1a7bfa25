SELECT id, r FROM public.t;
