SELECT id, state FROM public.tasks ORDER BY id;
