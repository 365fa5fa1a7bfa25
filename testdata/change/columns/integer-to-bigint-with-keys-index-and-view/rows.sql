SELECT id, pg_typeof(id), n FROM public.authors ORDER BY id;
