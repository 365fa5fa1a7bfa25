SELECT id, at = '2020-01-01 00:00+00' FROM public.t;
