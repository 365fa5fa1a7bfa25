SELECT id, total FROM public.bills;
