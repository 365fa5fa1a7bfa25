SELECT id, lower_name FROM public.people ORDER BY id;
