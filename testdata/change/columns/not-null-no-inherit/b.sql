CREATE TABLE public.parent (id integer, name text CONSTRAINT nn NOT NULL);
CREATE TABLE public.child () INHERITS (public.parent);
