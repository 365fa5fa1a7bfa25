CREATE TYPE public.state AS ENUM ('open', 'done');
CREATE TABLE public.tasks (id integer PRIMARY KEY, state public.state NOT NULL DEFAULT 'open');
CREATE VIEW public.states AS SELECT DISTINCT state FROM public.tasks;
INSERT INTO public.tasks VALUES (1, 'open'), (2, 'done');
