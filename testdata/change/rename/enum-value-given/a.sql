CREATE TYPE public.status AS ENUM ('new', 'done');
CREATE TABLE public.tasks (id integer PRIMARY KEY, state public.status DEFAULT 'new');
INSERT INTO public.tasks VALUES (1, 'new'), (2, 'done');
