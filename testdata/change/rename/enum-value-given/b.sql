CREATE TYPE public.status AS ENUM ('open', 'done');
CREATE TABLE public.tasks (id integer PRIMARY KEY, state public.status DEFAULT 'open');
