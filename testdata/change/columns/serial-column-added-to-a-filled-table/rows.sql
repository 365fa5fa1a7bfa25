INSERT INTO public.users (name) VALUES ('Cy') RETURNING id, (SELECT string_agg(id::text, ',' ORDER BY id) FROM public.users);
