SELECT id, age, mail FROM public.users;
