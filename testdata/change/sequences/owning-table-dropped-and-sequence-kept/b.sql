CREATE SEQUENCE public.s;
CREATE TABLE public.u (id bigint PRIMARY KEY DEFAULT nextval('public.s'));
