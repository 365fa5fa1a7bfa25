SELECT id FROM public.users WHERE mail = 'a@B';
