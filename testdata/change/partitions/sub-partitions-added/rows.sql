INSERT INTO public.m VALUES ('us', '2020-01-01', 2) RETURNING tableoid::regclass, (SELECT count(*) FROM public.m);
