SELECT id, name, added FROM public.base ORDER BY id;
