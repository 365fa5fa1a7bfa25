CREATE TABLE public.tasks (id integer PRIMARY KEY, state text NOT NULL DEFAULT 'open', CONSTRAINT known CHECK (state IN ('open', 'done')));
CREATE INDEX tasks_open ON public.tasks (id) WHERE state = 'open';
INSERT INTO public.tasks VALUES (1, 'open'), (2, 'done');
