SELECT count(DISTINCT token), count(*) FROM public.users;
