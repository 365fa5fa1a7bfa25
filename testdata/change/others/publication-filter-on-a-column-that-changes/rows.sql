SELECT id, n FROM public.t;
