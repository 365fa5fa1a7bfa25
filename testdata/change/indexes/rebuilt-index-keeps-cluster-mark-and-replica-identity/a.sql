CREATE TABLE public.t (id integer NOT NULL, a text NOT NULL);
CREATE UNIQUE INDEX t_key ON public.t (id);
ALTER TABLE public.t CLUSTER ON t_key;
ALTER TABLE public.t REPLICA IDENTITY USING INDEX t_key;
INSERT INTO public.t VALUES (1, 'a');
