CREATE TABLE public.t (id integer PRIMARY KEY, n text DEFAULT '0', CONSTRAINT filled CHECK (n <> ''));
CREATE INDEX t_n ON public.t (n);
INSERT INTO public.t VALUES (1, '42'), (2, NULL), (3, '-7');
