CREATE SEQUENCE public.s;
CREATE TABLE public.t (id bigint PRIMARY KEY DEFAULT nextval('public.s'));
CREATE TABLE public.u (id bigint PRIMARY KEY DEFAULT nextval('public.s'));
ALTER SEQUENCE public.s OWNED BY public.u.id;
GRANT USAGE ON SEQUENCE public.s TO change_sequence_user;
COMMENT ON SEQUENCE public.s IS 'shared';
