CREATE TABLE public.enabled (id integer PRIMARY KEY);
CREATE TABLE public.forced (id integer PRIMARY KEY);
ALTER TABLE public.forced ENABLE ROW LEVEL SECURITY;
CREATE TABLE public.disabled (id integer PRIMARY KEY);
ALTER TABLE public.disabled ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON public.disabled USING (true);
INSERT INTO public.enabled VALUES (1);
INSERT INTO public.forced VALUES (1);
INSERT INTO public.disabled VALUES (1);
