CREATE TABLE public.people (id integer PRIMARY KEY, name text, lower_name text GENERATED ALWAYS AS (lower(name)) STORED);
CREATE INDEX people_lower ON public.people (lower_name);
