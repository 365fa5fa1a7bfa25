CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE FUNCTION public.one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 1; RETURN NEW; END $$;
CREATE TRIGGER t_n BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.one();
INSERT INTO public.t VALUES (1, 9);
