CREATE TYPE public.status AS ENUM ('a', 'b');
REVOKE USAGE ON TYPE public.status FROM PUBLIC;
GRANT USAGE ON TYPE public.status TO change_enum_user;
CREATE TABLE public.t (id integer PRIMARY KEY, s public.status);
GRANT UPDATE (s) ON public.t TO change_enum_user;
COMMENT ON COLUMN public.t.s IS 'status';
ALTER TABLE public.t ALTER COLUMN s SET STATISTICS 500;
