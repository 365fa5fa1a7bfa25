SELECT price, ratio, twice FROM public.t;
