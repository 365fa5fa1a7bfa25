CREATE TABLE public.t (id integer NOT NULL, a text NOT NULL);
CREATE UNIQUE INDEX t_key ON public.t (id, a);
ALTER TABLE public.t CLUSTER ON t_key;
ALTER TABLE public.t REPLICA IDENTITY USING INDEX t_key;
