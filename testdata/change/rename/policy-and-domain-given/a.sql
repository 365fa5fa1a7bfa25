CREATE DOMAIN public.mail AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE public.users (id integer PRIMARY KEY, address public.mail);
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON public.users USING (id > 0);
INSERT INTO public.users VALUES (1, 'a@b');
