CREATE TABLE public.t (id integer PRIMARY KEY, a text);
CREATE UNIQUE INDEX t_a ON public.t (lower(a));
ALTER INDEX public.t_a ALTER COLUMN 1 SET STATISTICS 1000;
