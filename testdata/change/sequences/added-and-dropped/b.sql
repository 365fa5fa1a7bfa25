CREATE SEQUENCE public.here AS smallint INCREMENT -1 START -1;
CREATE TABLE public.t (id integer PRIMARY KEY, n bigint);
