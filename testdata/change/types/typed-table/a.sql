CREATE TYPE public.person AS (id integer, name text);
CREATE TABLE public.people OF public.person (PRIMARY KEY (id));
INSERT INTO public.people VALUES (1, 'Ada');
