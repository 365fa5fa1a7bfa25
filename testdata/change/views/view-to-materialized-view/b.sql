CREATE TABLE public.sales (id integer PRIMARY KEY, amount integer);
CREATE MATERIALIZED VIEW public.totals AS SELECT sum(amount) AS total FROM public.sales;
CREATE VIEW public.above AS SELECT total FROM public.totals WHERE total > 0;
