SELECT id, lang FROM public.users ORDER BY id;
