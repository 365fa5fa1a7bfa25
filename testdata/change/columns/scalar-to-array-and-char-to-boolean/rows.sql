SELECT id, tag, flag FROM public.t ORDER BY id;
