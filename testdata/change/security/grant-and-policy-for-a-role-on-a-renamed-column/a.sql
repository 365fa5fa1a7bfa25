CREATE TABLE public.users (id integer PRIMARY KEY, mail text, tenant integer);
GRANT SELECT (mail) ON public.users TO change_reader;
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.users FOR SELECT TO change_reader USING (tenant = 1);
INSERT INTO public.users VALUES (1, 'a@b', 1);
