SELECT tableoid::regclass, id, kind, note = '' FROM public.events ORDER BY id;
