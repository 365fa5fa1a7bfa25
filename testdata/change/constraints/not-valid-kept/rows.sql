SELECT id, grp, n FROM public.users;
