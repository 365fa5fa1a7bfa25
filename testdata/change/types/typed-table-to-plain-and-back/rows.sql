SELECT id, name FROM public.typed UNION ALL SELECT id, name FROM public.plain ORDER BY id;
