CREATE EXTENSION postgres_fdw;
CREATE SERVER change_remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'old.example.org', dbname 'app');
CREATE SERVER change_gone FOREIGN DATA WRAPPER postgres_fdw;
CREATE USER MAPPING FOR change_remote_user SERVER change_remote OPTIONS (user 'old');
CREATE FOREIGN TABLE public.far (id integer NOT NULL, name text OPTIONS (column_name 'n')) SERVER change_remote OPTIONS (table_name 'far1');
COMMENT ON FOREIGN TABLE public.far IS 'elsewhere';
CREATE VIEW public.near AS SELECT id FROM public.far;
CREATE TABLE public.t (id integer PRIMARY KEY);
INSERT INTO public.t VALUES (1);
