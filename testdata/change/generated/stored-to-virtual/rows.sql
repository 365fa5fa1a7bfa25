SELECT id, area FROM public.boxes;
