SELECT count(*), sum(n) FROM public.log;
