CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE TABLE public.log (id integer);
CREATE RULE changed AS ON UPDATE TO public.t WHERE new.n > 5 DO ALSO INSERT INTO public.log VALUES (old.id);
CREATE RULE added AS ON INSERT TO public.t DO ALSO (INSERT INTO public.log VALUES (new.id); DELETE FROM public.log WHERE id = 0);
ALTER TABLE public.t DISABLE RULE added;
