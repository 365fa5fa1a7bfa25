CREATE TYPE public.priority AS ENUM ('high', 'low', 'medium');
CREATE TABLE public.jobs (id integer PRIMARY KEY, p public.priority DEFAULT 'low');
CREATE INDEX jobs_p ON public.jobs (p);
INSERT INTO public.jobs VALUES (1, 'high'), (2, 'low'), (3, 'medium');
