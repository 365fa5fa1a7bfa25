CREATE TABLE public.parent (id integer, CONSTRAINT positive CHECK (id > 0));
CREATE TABLE public.child () INHERITS (public.parent);
