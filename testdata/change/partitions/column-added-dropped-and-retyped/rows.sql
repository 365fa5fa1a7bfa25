SELECT tableoid::regclass, id, kind, note = 0 FROM public.events ORDER BY id;
