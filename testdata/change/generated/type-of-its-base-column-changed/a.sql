CREATE TABLE public.lines (id integer PRIMARY KEY, price integer, twice integer GENERATED ALWAYS AS (price * 2) STORED);
CREATE INDEX lines_twice ON public.lines (twice);
INSERT INTO public.lines (id, price) VALUES (1, 10);
