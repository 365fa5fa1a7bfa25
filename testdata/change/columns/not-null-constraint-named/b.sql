CREATE TABLE public.users (id integer PRIMARY KEY, name text CONSTRAINT must_name NOT NULL, mail text NOT NULL);
COMMENT ON CONSTRAINT must_name ON public.users IS 'everyone has one';
