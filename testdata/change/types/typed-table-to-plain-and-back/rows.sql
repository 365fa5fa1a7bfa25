SELECT * FROM public.typed UNION ALL SELECT * FROM public.plain;
