SELECT total FROM public.sums;
