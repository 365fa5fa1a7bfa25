SELECT id, email, name FROM public.users ORDER BY id;
