SELECT tableoid::regclass, id FROM public.m;
