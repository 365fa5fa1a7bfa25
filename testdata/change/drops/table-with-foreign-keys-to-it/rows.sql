SELECT id, grp, name FROM public.users;
