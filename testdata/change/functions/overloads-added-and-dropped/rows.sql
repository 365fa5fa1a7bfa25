SELECT public.f(1), public.f(1.5, 2.5);
