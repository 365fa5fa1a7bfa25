CREATE TABLE public.kept (id integer PRIMARY KEY, name text);
INSERT INTO public.kept VALUES (1, NULL);
ALTER TABLE public.kept ADD CONSTRAINT kept_name_not_null NOT NULL name NOT VALID;
CREATE TABLE public.made_valid (id integer PRIMARY KEY, name text);
INSERT INTO public.made_valid VALUES (1, 'Ada');
ALTER TABLE public.made_valid ADD CONSTRAINT name_there NOT NULL name NOT VALID;
CREATE TABLE public.added (id integer PRIMARY KEY, name text);
INSERT INTO public.added VALUES (1, NULL);
