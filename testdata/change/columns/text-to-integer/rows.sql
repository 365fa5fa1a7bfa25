SELECT id, n + 1 FROM public.t ORDER BY id;
