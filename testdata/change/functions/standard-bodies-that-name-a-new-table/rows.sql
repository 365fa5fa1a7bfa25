SELECT public.how_many();
