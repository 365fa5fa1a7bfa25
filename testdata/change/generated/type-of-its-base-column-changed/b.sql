CREATE TABLE public.lines (id integer PRIMARY KEY, price bigint, twice bigint GENERATED ALWAYS AS (price * 2) STORED);
CREATE INDEX lines_twice ON public.lines (twice);
