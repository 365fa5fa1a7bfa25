CREATE TABLE public.base (id integer NOT NULL, name text);
CREATE TABLE public.joins (id integer NOT NULL, name text, extra integer) INHERITS (public.base);
CREATE TABLE public.leaves (id integer NOT NULL, name text, more integer);
CREATE TABLE public.stays () INHERITS (public.base);
