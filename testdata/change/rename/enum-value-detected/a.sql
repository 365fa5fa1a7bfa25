CREATE TYPE public.status AS ENUM ('new', 'running', 'done');
CREATE TABLE public.tasks (id integer PRIMARY KEY, state public.status NOT NULL DEFAULT 'new');
INSERT INTO public.tasks VALUES (1, 'new'), (2, 'done');
