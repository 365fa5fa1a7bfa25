SELECT mail, pg_typeof(mail) FROM public.users;
