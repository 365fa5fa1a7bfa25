CREATE TABLE public.boxes (id integer PRIMARY KEY, w integer, h integer, area integer GENERATED ALWAYS AS (w * h) VIRTUAL);
COMMENT ON COLUMN public.boxes.area IS 'w times h';
