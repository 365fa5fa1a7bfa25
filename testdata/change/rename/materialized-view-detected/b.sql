CREATE TABLE public.sales (id integer PRIMARY KEY, amount integer);
CREATE MATERIALIZED VIEW public.sales_totals AS SELECT sum(amount) AS total FROM public.sales;
CREATE UNIQUE INDEX mv_total ON public.sales_totals (total);
