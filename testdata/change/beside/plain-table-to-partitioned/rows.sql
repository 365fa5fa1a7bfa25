SELECT e.tableoid::regclass, e.id, k.n FROM public.events e JOIN public.kinds k USING (kind) ORDER BY id;
