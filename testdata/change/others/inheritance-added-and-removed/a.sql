CREATE TABLE public.base (id integer NOT NULL, name text);
CREATE TABLE public.joins (id integer NOT NULL, name text, extra integer);
CREATE TABLE public.leaves (id integer NOT NULL, name text, more integer) INHERITS (public.base);
CREATE TABLE public.stays () INHERITS (public.base);
INSERT INTO public.joins VALUES (1, 'j', 1);
INSERT INTO public.leaves VALUES (2, 'l', 2);
INSERT INTO public.stays VALUES (3, 's');
