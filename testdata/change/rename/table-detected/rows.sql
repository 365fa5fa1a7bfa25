SELECT * FROM public.accounts;
