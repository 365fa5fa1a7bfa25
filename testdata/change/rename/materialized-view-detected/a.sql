CREATE TABLE public.sales (id integer PRIMARY KEY, amount integer);
INSERT INTO public.sales VALUES (1, 10), (2, 20);
CREATE MATERIALIZED VIEW public.mv AS SELECT sum(amount) AS total FROM public.sales;
CREATE UNIQUE INDEX mv_total ON public.mv (total);
