INSERT INTO public.alerts (id) VALUES (3) RETURNING level, enum_range(NULL::public.level);
