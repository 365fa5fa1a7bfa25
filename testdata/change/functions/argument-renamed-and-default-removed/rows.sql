SELECT s FROM public.sums;
