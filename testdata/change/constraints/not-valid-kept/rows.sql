SELECT * FROM public.users;
