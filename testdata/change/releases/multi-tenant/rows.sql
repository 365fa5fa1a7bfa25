SELECT c.project, c.n, c.done, (SELECT count(*) FROM public.tasks WHERE meta @> '{"x":1}') FROM public.counts c ORDER BY 1;
