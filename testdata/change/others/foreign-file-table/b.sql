CREATE EXTENSION file_fdw;
CREATE SERVER change_files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE public.lines (n bigint NOT NULL, line text OPTIONS (force_not_null 'true'), CONSTRAINT positive CHECK (n > 0)) SERVER change_files OPTIONS (filename '/dev/null', format 'text', delimiter '|');
CREATE TABLE public.t (id integer PRIMARY KEY);
