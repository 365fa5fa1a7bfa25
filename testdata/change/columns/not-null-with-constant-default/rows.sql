SELECT id, active FROM public.users ORDER BY id;
