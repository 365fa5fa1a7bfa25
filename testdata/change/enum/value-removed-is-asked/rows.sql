SELECT id, kind FROM public.things ORDER BY id;
