CREATE TABLE public.users (id integer PRIMARY KEY, email text, org integer);
GRANT SELECT (email) ON public.users TO change_reader;
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.users FOR SELECT TO change_reader USING (org = 1);
