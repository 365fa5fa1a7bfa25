CREATE TABLE public.t (id integer, a text);
ALTER TABLE public.t REPLICA IDENTITY FULL;
