CREATE TYPE public.float_range AS RANGE (subtype = float8);
CREATE TABLE public.t (id integer PRIMARY KEY, r public.float_range);
INSERT INTO public.t VALUES (1, '[1,2)');
