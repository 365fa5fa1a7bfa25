SELECT id FROM public.things;
