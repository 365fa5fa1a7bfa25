CREATE TABLE public.sales (id integer PRIMARY KEY, amount integer);
CREATE MATERIALIZED VIEW public.totals AS SELECT 1 AS one, sum(amount) * 2 AS total FROM public.sales;
CREATE UNIQUE INDEX totals_one ON public.totals (one);
CREATE VIEW public.total AS SELECT total FROM public.totals;
