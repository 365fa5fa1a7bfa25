CREATE TABLE public.t (id integer PRIMARY KEY, a text, b text, c integer);
ALTER TABLE public.t ALTER a SET STORAGE EXTERNAL, ALTER c SET STATISTICS 10, ALTER c SET (n_distinct = 5);
INSERT INTO public.t VALUES (1, 'a', 'b', 1);
