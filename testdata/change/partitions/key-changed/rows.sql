SELECT tableoid::regclass, id, region FROM public.m ORDER BY id;
