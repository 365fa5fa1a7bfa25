SELECT shop, most, best FROM public.by_shop, public.best_view ORDER BY shop;
