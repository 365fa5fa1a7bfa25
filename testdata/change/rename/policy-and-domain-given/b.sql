CREATE DOMAIN public.email AS text CONSTRAINT mail_check CHECK (VALUE LIKE '%@%');
CREATE TABLE public.users (id integer PRIMARY KEY, address public.email);
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON public.users USING (id > 0);
