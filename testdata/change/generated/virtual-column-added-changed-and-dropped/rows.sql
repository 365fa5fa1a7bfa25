SELECT id, area, half FROM public.boxes;
