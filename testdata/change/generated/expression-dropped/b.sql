CREATE TABLE public.lines (id integer PRIMARY KEY, price integer, total integer);
CREATE INDEX lines_total ON public.lines (total);
