SELECT total FROM public.sales_totals;
