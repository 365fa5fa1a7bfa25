SELECT mood FROM public.people;
