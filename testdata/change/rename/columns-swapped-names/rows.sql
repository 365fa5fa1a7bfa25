SELECT a, b FROM public.pairs;
