SELECT id, at FROM public.events ORDER BY id;
