CREATE TYPE public.kind AS ENUM ('a', 'b');
CREATE TABLE public.things (id integer PRIMARY KEY, kind public.kind);
CREATE FUNCTION public.kind_of(i integer) RETURNS public.kind LANGUAGE sql STABLE AS 'SELECT kind FROM public.things WHERE id = i';
CREATE FUNCTION public.add_thing(k public.kind DEFAULT 'a') RETURNS void LANGUAGE sql AS 'INSERT INTO public.things VALUES (9, k)';
CREATE FUNCTION public.check_kind() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER when_a BEFORE UPDATE OF kind ON public.things FOR EACH ROW WHEN (NEW.kind = 'a') EXECUTE FUNCTION public.check_kind();
