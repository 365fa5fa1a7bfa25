CREATE TYPE public.point3 AS (x integer, y bigint, z integer);
CREATE TABLE public.shapes (id integer PRIMARY KEY, centre public.point3, corners public.point3[]);
