SELECT id, first_name, last_name, born FROM public.people;
