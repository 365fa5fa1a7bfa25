CREATE TABLE public.lines (id integer PRIMARY KEY, price integer, qty integer, total integer GENERATED ALWAYS AS (price * qty * 2) STORED);
CREATE INDEX lines_total ON public.lines (total);
COMMENT ON COLUMN public.lines.total IS 'in cents';
CREATE VIEW public.totals AS SELECT id, total FROM public.lines;
