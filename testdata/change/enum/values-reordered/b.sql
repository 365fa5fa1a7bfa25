CREATE TYPE public.priority AS ENUM ('low', 'medium', 'high');
CREATE TABLE public.jobs (id integer PRIMARY KEY, p public.priority DEFAULT 'low');
CREATE INDEX jobs_p ON public.jobs (p);
