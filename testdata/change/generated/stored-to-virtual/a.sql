CREATE TABLE public.boxes (id integer PRIMARY KEY, w integer, h integer, area integer GENERATED ALWAYS AS (w * h) STORED);
COMMENT ON COLUMN public.boxes.area IS 'w times h';
INSERT INTO public.boxes (id, w, h) VALUES (1, 2, 3);
