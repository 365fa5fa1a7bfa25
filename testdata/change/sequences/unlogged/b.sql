CREATE SEQUENCE public.s;
CREATE TABLE public.t (id bigint PRIMARY KEY DEFAULT nextval('public.s'));
