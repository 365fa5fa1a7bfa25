SELECT id, name FROM public.base ORDER BY id;
