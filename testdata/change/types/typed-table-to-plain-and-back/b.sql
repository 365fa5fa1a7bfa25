CREATE TYPE public.person AS (id integer, name text);
CREATE TABLE public.typed (id integer, name text);
CREATE TABLE public.plain OF public.person;
