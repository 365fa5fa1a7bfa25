INSERT INTO public.cities VALUES (2, 'it') RETURNING tableoid::regclass;
