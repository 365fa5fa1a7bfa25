INSERT INTO public.events VALUES (2, '2024-03-03', 'y') RETURNING tableoid::regclass, (SELECT count(*) FROM public.events);
