CREATE TABLE public.papers (id integer PRIMARY KEY, owner text, size integer);
INSERT INTO public.papers SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, i FROM generate_series(1, 100) i;
ALTER TABLE public.papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.papers FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON public.papers USING (owner = 'a');
