CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE TABLE public.log (id integer);
CREATE RULE changed AS ON UPDATE TO public.t DO ALSO INSERT INTO public.log VALUES (new.id);
CREATE RULE dropped AS ON DELETE TO public.t DO INSTEAD NOTHING;
INSERT INTO public.t VALUES (1, 1);
