SELECT (SELECT count(*) FROM public.events), (SELECT count(*) FROM public.events_2023);
