SELECT id, total FROM public.totals ORDER BY id;
