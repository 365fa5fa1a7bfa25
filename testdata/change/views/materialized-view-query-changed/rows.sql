SELECT total FROM public.total;
