CREATE TABLE public.t (id integer PRIMARY KEY, a text, b text, c integer);
ALTER TABLE public.t ALTER b SET STORAGE MAIN, ALTER b SET COMPRESSION pglz, ALTER c SET STATISTICS 1000, ALTER c SET (n_distinct = -0.5), ALTER a SET STATISTICS 5;
