CREATE TABLE public.lines (id integer PRIMARY KEY, price integer, qty integer, total integer GENERATED ALWAYS AS (price * qty) STORED);
CREATE INDEX lines_total ON public.lines (total);
COMMENT ON COLUMN public.lines.total IS 'in cents';
CREATE VIEW public.totals AS SELECT id, total FROM public.lines;
INSERT INTO public.lines (id, price, qty) VALUES (1, 10, 2), (2, 3, 3);
