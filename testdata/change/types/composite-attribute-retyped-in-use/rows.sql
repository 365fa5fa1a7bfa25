SELECT (centre).y, pg_typeof((centre).y), (corners)[1] FROM public.shapes;
