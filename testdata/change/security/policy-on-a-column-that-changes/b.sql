CREATE TABLE public.members (doc bigint, who text);
CREATE TABLE public.docs (id integer PRIMARY KEY, tenant bigint);
ALTER TABLE public.docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.docs USING (tenant = 1 AND EXISTS (SELECT 1 FROM public.members m WHERE m.doc = docs.id));
COMMENT ON POLICY own ON public.docs IS 'own ones';
