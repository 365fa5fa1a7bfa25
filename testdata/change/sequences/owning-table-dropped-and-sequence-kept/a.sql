CREATE SEQUENCE public.s;
CREATE TABLE public.t (id bigint PRIMARY KEY DEFAULT nextval('public.s'));
CREATE TABLE public.u (id bigint PRIMARY KEY DEFAULT nextval('public.s'));
ALTER SEQUENCE public.s OWNED BY public.t.id;
INSERT INTO public.t DEFAULT VALUES;
INSERT INTO public.u DEFAULT VALUES;
