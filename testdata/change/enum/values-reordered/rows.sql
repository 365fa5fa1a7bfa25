SELECT string_agg(p::text, ',' ORDER BY p) FROM public.jobs;
