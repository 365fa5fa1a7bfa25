CREATE DOMAIN public.email AS text DEFAULT 'nobody@example.org' CONSTRAINT has_at CHECK (VALUE LIKE '%@%') CONSTRAINT has_dot CHECK (VALUE LIKE '%.%');
COMMENT ON CONSTRAINT has_dot ON DOMAIN public.email IS 'a real one';
CREATE TABLE public.users (id integer PRIMARY KEY, mail public.email);
CREATE INDEX users_mail ON public.users (mail);
