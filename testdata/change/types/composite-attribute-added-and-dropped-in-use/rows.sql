SELECT public.street_of(home), (home).zip, (home).country IS NULL FROM public.people;
