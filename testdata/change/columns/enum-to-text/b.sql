CREATE TABLE public.tasks (id integer PRIMARY KEY, state text NOT NULL DEFAULT 'open');
CREATE VIEW public.states AS SELECT DISTINCT state FROM public.tasks;
