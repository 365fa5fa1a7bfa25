CREATE TABLE public.t (id integer NOT NULL, a text NOT NULL, b text);
CREATE UNIQUE INDEX t_id ON public.t (id);
CREATE INDEX t_a ON public.t (a);
ALTER TABLE public.t CLUSTER ON t_id;
ALTER TABLE public.t REPLICA IDENTITY USING INDEX t_id;
CREATE TABLE public.u (id integer NOT NULL);
CREATE UNIQUE INDEX u_id ON public.u (id);
ALTER TABLE public.u REPLICA IDENTITY NOTHING;
