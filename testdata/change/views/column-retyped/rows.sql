SELECT id, pg_typeof(id) FROM public.ids;
