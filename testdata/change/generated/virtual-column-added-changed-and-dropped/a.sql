CREATE TABLE public.boxes (id integer PRIMARY KEY, w integer, h integer,
    area integer GENERATED ALWAYS AS (w * h) VIRTUAL,
    gone integer GENERATED ALWAYS AS (w + h) VIRTUAL);
INSERT INTO public.boxes (id, w, h) VALUES (1, 2, 3);
