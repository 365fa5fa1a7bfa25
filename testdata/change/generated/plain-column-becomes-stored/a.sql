CREATE TABLE public.people (id integer PRIMARY KEY, name text, lower_name text);
CREATE INDEX people_lower ON public.people (lower_name);
INSERT INTO public.people VALUES (1, 'Ada', 'ada'), (2, 'Ben', 'stale');
