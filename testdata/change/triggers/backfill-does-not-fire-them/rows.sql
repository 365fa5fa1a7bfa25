SELECT (SELECT sum(n) FROM public.t), (SELECT count(*) FROM public.log);
