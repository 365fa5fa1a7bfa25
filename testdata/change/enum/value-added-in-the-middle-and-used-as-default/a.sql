CREATE TYPE public.level AS ENUM ('low', 'high');
CREATE TABLE public.alerts (id integer PRIMARY KEY, level public.level NOT NULL DEFAULT 'low');
CREATE INDEX alerts_high ON public.alerts (id) WHERE level = 'high';
INSERT INTO public.alerts VALUES (1, 'low'), (2, 'high');
