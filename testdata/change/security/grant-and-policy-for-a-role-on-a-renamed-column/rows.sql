SELECT id, email, org FROM public.users;
