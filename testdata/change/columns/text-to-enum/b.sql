CREATE TYPE public.state AS ENUM ('open', 'done');
CREATE TABLE public.tasks (id integer PRIMARY KEY, state public.state NOT NULL DEFAULT 'open');
CREATE INDEX tasks_open ON public.tasks (id) WHERE state = 'open';
