CREATE TABLE public.sales (id integer PRIMARY KEY, amount integer);
INSERT INTO public.sales VALUES (1, 10), (2, 20);
CREATE MATERIALIZED VIEW public.totals AS SELECT 1 AS one, sum(amount) AS total FROM public.sales;
CREATE UNIQUE INDEX totals_one ON public.totals (one);
CREATE VIEW public.total AS SELECT total FROM public.totals;
