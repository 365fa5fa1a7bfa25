CREATE TABLE public.kept (id integer PRIMARY KEY, name text, more integer);
ALTER TABLE public.kept ADD CONSTRAINT kept_name_not_null NOT NULL name NOT VALID;
CREATE TABLE public.made_valid (id integer PRIMARY KEY, name text CONSTRAINT name_there NOT NULL);
CREATE TABLE public.added (id integer PRIMARY KEY, name text);
ALTER TABLE public.added ADD CONSTRAINT added_name NOT NULL name NOT VALID;
