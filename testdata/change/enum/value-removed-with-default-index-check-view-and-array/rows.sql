SELECT id, state, earlier, (SELECT count(*) FROM public.open_tasks) FROM public.tasks ORDER BY id;
