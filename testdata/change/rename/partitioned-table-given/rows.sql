SELECT tableoid::regclass, id, at FROM public.facts;
