CREATE TYPE public.kind AS ENUM ('a', 'b');
CREATE TABLE public.kept (id integer PRIMARY KEY);
CREATE TABLE public.gone (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind public.kind, kept integer REFERENCES public.kept (id),
    n integer CHECK (n > 0), twice integer GENERATED ALWAYS AS (n * 2) STORED, span int4range, EXCLUDE USING gist (span WITH &&));
CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER trg BEFORE INSERT ON public.gone FOR EACH ROW EXECUTE FUNCTION public.f();
CREATE INDEX gone_n ON public.gone (n);
CREATE STATISTICS public.gone_stat ON n, kind FROM public.gone;
ALTER TABLE public.gone ENABLE ROW LEVEL SECURITY;
CREATE POLICY pol ON public.gone USING (n > 0);
CREATE RULE r AS ON DELETE TO public.gone DO INSTEAD NOTHING;
GRANT SELECT ON public.gone TO change_reader;
COMMENT ON COLUMN public.gone.n IS 'number';
CREATE FUNCTION public.take(g public.gone) RETURNS integer LANGUAGE sql AS 'SELECT g.n';
INSERT INTO public.kept VALUES (1);
INSERT INTO public.gone (kind, kept, n, span) VALUES ('a', 1, 5, '[1,2)'), ('b', 1, 6, '[2,3)');
