CREATE TABLE public.docs (id integer PRIMARY KEY, owner text, tenant integer);
ALTER TABLE public.docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY changed ON public.docs FOR SELECT TO change_tenant USING (tenant = 1);
CREATE POLICY recast ON public.docs FOR UPDATE TO change_tenant USING (tenant = 1);
CREATE POLICY dropped ON public.docs TO change_admin USING (true) WITH CHECK (true);
COMMENT ON POLICY changed ON public.docs IS 'own tenant';
INSERT INTO public.docs VALUES (1, 'a', 1);
