CREATE TABLE public.sales (id integer PRIMARY KEY, amount integer);
INSERT INTO public.sales VALUES (1, 10), (2, 20);
CREATE VIEW public.totals AS SELECT sum(amount) AS total FROM public.sales;
CREATE VIEW public.above AS SELECT total FROM public.totals WHERE total > 0;
