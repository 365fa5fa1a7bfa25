CREATE TYPE public.person AS (id integer, name text);
CREATE TABLE public.typed OF public.person;
CREATE TABLE public.plain (id integer, name text);
INSERT INTO public.typed VALUES (1, 'Ada');
INSERT INTO public.plain VALUES (2, 'Ben');
