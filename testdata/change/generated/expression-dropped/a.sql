CREATE TABLE public.lines (id integer PRIMARY KEY, price integer, total integer GENERATED ALWAYS AS (price * 2) STORED);
CREATE INDEX lines_total ON public.lines (total);
INSERT INTO public.lines (id, price) VALUES (1, 10), (2, 3);
