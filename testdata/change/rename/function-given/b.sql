CREATE FUNCTION public.next_of(x integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT x + 1';
CREATE TABLE public.t (id integer PRIMARY KEY, n integer CHECK (public.next_of(n) > 0));
CREATE INDEX t_f ON public.t (public.next_of(n));
