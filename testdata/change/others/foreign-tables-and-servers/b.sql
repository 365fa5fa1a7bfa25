CREATE EXTENSION postgres_fdw;
CREATE SERVER change_remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'new.example.org', port '5433');
COMMENT ON SERVER change_remote IS 'the other one';
CREATE USER MAPPING FOR change_remote_user SERVER change_remote OPTIONS (user 'new', password_required 'false');
CREATE FOREIGN TABLE public.far (id bigint NOT NULL, name text OPTIONS (column_name 'name'), more date) SERVER change_remote OPTIONS (table_name 'far2', fetch_size '50');
COMMENT ON FOREIGN TABLE public.far IS 'elsewhere';
CREATE VIEW public.near AS SELECT id FROM public.far;
CREATE TABLE public.t (id integer PRIMARY KEY);
