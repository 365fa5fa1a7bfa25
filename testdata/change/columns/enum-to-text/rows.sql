SELECT id, state, pg_typeof(state) FROM public.tasks ORDER BY id;
