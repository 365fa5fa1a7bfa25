CREATE TABLE public.docs (id integer PRIMARY KEY, owner text, tenant integer);
ALTER TABLE public.docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY changed ON public.docs FOR SELECT TO change_tenant, change_admin USING (tenant = 2);
CREATE POLICY recast ON public.docs AS RESTRICTIVE FOR ALL TO PUBLIC USING (tenant = 1) WITH CHECK (owner = current_user);
CREATE POLICY added ON public.docs FOR INSERT TO change_admin WITH CHECK (id > 0);
COMMENT ON POLICY changed ON public.docs IS 'own tenant';
