SELECT n FROM public.v;
