SELECT id, n FROM public.normal;
