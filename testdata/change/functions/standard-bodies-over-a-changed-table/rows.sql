SELECT public.twice();
