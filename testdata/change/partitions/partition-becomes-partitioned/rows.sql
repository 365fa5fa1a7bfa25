SELECT tableoid::regclass, v FROM public.m ORDER BY v;
