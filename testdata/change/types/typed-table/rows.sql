SELECT * FROM public.people;
