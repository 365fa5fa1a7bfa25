SELECT id, n FROM public.t ORDER BY id;
