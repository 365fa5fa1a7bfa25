CREATE TYPE public.status AS ENUM ('new', 'open', 'done');
COMMENT ON TYPE public.status IS 'where a task stands';
CREATE TABLE public.tasks (
    id integer PRIMARY KEY,
    state public.status NOT NULL DEFAULT 'new',
    earlier public.status[] NOT NULL DEFAULT '{}',
    CONSTRAINT not_new CHECK (state <> 'new' OR id < 100)
);
CREATE INDEX tasks_open ON public.tasks (id) WHERE state = 'open';
CREATE INDEX tasks_state ON public.tasks (state);
CREATE VIEW public.open_tasks AS SELECT id, state FROM public.tasks WHERE state IN ('new', 'open');
COMMENT ON VIEW public.open_tasks IS 'what to do';
