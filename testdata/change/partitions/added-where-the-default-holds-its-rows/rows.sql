SELECT tableoid::regclass, id FROM public.events ORDER BY id;
