CREATE TABLE public.boxes (id integer PRIMARY KEY, w integer, h integer,
    area integer GENERATED ALWAYS AS (w * h * 10) VIRTUAL,
    half integer GENERATED ALWAYS AS (w / 2) VIRTUAL);
