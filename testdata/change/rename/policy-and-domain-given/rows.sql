SELECT id, address FROM public.users;
