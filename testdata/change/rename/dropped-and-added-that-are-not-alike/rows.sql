SELECT id, born FROM public.users;
