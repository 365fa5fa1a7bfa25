CREATE TYPE public.kind AS ENUM ('a', 'b', 'c');
CREATE TABLE public.things (id integer PRIMARY KEY, kind public.kind);
INSERT INTO public.things VALUES (1, 'a');
