CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE TABLE public.people (id integer PRIMARY KEY, mood public.mood DEFAULT 'ok');
INSERT INTO public.people VALUES (1, 'sad');
