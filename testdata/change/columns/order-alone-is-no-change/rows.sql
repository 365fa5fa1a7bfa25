SELECT id, a, b FROM public.t;
