-- The roles that schema.sql grants to.
CREATE ROLE every_owner;
CREATE ROLE every_reader;
CREATE ROLE every_writer;
CREATE ROLE every_group;
GRANT every_group TO every_reader;
COMMENT ON ROLE every_reader IS 'reads';
