CREATE TYPE public.level AS ENUM ('lowest', 'low', 'middle', 'high');
CREATE TABLE public.alerts (id integer PRIMARY KEY, level public.level NOT NULL DEFAULT 'middle');
CREATE INDEX alerts_high ON public.alerts (id) WHERE level = 'high';
