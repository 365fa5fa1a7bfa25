SELECT id, name, born FROM public.people;
