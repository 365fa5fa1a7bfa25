SELECT id, paint FROM public.cars;
