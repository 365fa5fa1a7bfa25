INSERT INTO public.users (name) VALUES ('new') RETURNING id, (SELECT count(*) FROM public.users), (SELECT author FROM public.posts);
