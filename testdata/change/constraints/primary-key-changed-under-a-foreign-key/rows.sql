SELECT uid, id, n FROM public.counted;
