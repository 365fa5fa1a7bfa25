CREATE TABLE public.parent (id integer, CONSTRAINT positive CHECK (id > 0) NO INHERIT);
CREATE TABLE public.child () INHERITS (public.parent);
INSERT INTO public.child VALUES (1);
