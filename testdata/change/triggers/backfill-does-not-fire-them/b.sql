CREATE TABLE public.log (what text);
CREATE TABLE public.t (id integer PRIMARY KEY, n bigint);
CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.log VALUES (TG_OP); RETURN NEW; END $$;
CREATE TRIGGER logged AFTER INSERT OR UPDATE OR DELETE ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
