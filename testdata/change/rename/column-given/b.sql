CREATE TABLE public.users (id integer PRIMARY KEY, email text NOT NULL, name text);
COMMENT ON COLUMN public.users.email IS 'where to write to';
