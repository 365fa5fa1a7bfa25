SELECT (SELECT count(*) FROM public.rich), n, total, pg_typeof(total) FROM public.count_rich;
