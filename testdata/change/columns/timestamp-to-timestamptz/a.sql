CREATE TABLE public.t (id integer PRIMARY KEY, at timestamp NOT NULL DEFAULT now());
CREATE INDEX t_at ON public.t (at);
INSERT INTO public.t VALUES (1, '2024-01-01 12:00:00');
