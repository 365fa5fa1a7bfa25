SELECT total FROM public.above;
