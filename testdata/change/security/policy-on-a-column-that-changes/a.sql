CREATE TABLE public.members (doc integer, who text);
CREATE TABLE public.docs (id integer PRIMARY KEY, tenant integer);
ALTER TABLE public.docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.docs USING (tenant = 1 AND EXISTS (SELECT 1 FROM public.members m WHERE m.doc = docs.id));
COMMENT ON POLICY own ON public.docs IS 'own ones';
INSERT INTO public.docs VALUES (1, 1);
