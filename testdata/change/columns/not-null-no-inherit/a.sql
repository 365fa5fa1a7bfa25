CREATE TABLE public.parent (id integer, name text CONSTRAINT nn NOT NULL NO INHERIT);
CREATE TABLE public.child () INHERITS (public.parent);
INSERT INTO public.child VALUES (1, 'Ada');
