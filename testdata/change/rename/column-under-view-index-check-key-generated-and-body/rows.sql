SELECT o.id, o.customer_id, o.price, o.doubled, public.total_of(o.customer_id), t.total
FROM public.orders o JOIN public.order_totals t ON t.cust = o.customer_id ORDER BY o.id;
