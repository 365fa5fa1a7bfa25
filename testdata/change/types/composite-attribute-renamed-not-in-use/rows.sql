SELECT (public.make()).one;
