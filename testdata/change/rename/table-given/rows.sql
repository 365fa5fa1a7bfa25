INSERT INTO public.accounts (name) VALUES ('Cleo') RETURNING id, name, (SELECT count(*) FROM public.accounts);
