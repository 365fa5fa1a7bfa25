SELECT id, email FROM public.accounts;
