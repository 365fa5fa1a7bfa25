SELECT tableoid::regclass, id FROM public.m ORDER BY id;
