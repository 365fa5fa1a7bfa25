CREATE TABLE public.enabled (id integer PRIMARY KEY);
ALTER TABLE public.enabled ENABLE ROW LEVEL SECURITY;
CREATE TABLE public.forced (id integer PRIMARY KEY);
ALTER TABLE public.forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE TABLE public.disabled (id integer PRIMARY KEY);
CREATE POLICY p ON public.disabled USING (true);
