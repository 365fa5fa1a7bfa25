CREATE UNLOGGED SEQUENCE public.s;
CREATE TABLE public.t (id bigint PRIMARY KEY DEFAULT nextval('public.s'));
INSERT INTO public.t DEFAULT VALUES;
