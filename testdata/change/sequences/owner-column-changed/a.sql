CREATE SEQUENCE public.s;
CREATE TABLE public.t (id bigint PRIMARY KEY DEFAULT nextval('public.s'));
CREATE TABLE public.u (id bigint PRIMARY KEY DEFAULT nextval('public.s'));
ALTER SEQUENCE public.s OWNED BY public.t.id;
GRANT USAGE ON SEQUENCE public.s TO change_sequence_user;
COMMENT ON SEQUENCE public.s IS 'shared';
INSERT INTO public.t DEFAULT VALUES;
INSERT INTO public.u DEFAULT VALUES;
