SELECT id FROM public.events;
