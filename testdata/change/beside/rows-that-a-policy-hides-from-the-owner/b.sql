CREATE TABLE public.papers (id integer PRIMARY KEY, owner text, size bigint);
ALTER TABLE public.papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.papers FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON public.papers USING (owner = 'a');
