CREATE TYPE public.status AS ENUM ('open', 'running', 'done');
CREATE TABLE public.tasks (id integer PRIMARY KEY, state public.status NOT NULL DEFAULT 'open');
