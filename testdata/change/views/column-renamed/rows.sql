SELECT upper FROM public.upper_names;
