CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_WHEN = 'BEFORE' THEN NEW.b := coalesce(NEW.b, 0) + 1; END IF; RETURN NEW; END $$;
CREATE TRIGGER timed AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
CREATE TRIGGER cond BEFORE UPDATE ON public.t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION public.f('x');
COMMENT ON TRIGGER cond ON public.t IS 'kept';
INSERT INTO public.t VALUES (1, 1, 1);
