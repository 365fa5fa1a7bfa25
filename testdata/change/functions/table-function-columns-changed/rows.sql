SELECT l.name FROM public.all_listed a JOIN public.listed() l USING (id);
