SELECT name FROM public.above;
