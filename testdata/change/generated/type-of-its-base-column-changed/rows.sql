SELECT price, twice, pg_typeof(twice) FROM public.lines;
