CREATE SCHEMA app;
CREATE TABLE app.t (id integer PRIMARY KEY, a text, b text);
CREATE TABLE app.u (id integer PRIMARY KEY);
CREATE PUBLICATION change_tables FOR TABLE app.t (id, a) WHERE (id > 0), app.u;
CREATE PUBLICATION change_options FOR TABLE app.t WITH (publish = 'insert, update', publish_via_partition_root = true);
CREATE PUBLICATION change_schema FOR TABLES IN SCHEMA app, public;
CREATE PUBLICATION change_all FOR ALL TABLES;
COMMENT ON PUBLICATION change_tables IS 'kept';
