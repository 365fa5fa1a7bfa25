CREATE EXTENSION file_fdw;
CREATE SERVER change_files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE public.lines (n integer, line text) SERVER change_files OPTIONS (filename '/dev/null', format 'csv');
CREATE TABLE public.t (id integer PRIMARY KEY);
INSERT INTO public.t VALUES (1);
