CREATE TYPE public.point3 AS (x integer, y integer, z integer);
CREATE TABLE public.shapes (id integer PRIMARY KEY, centre public.point3, corners public.point3[]);
INSERT INTO public.shapes VALUES (1, ROW(1, 2, 3), ARRAY[ROW(4, 5, 6)::public.point3]);
