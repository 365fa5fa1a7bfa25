SELECT id, name FROM public.users;
