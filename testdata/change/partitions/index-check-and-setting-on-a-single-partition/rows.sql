SELECT count(*) FROM public.events;
