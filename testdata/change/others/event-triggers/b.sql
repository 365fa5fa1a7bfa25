CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE EVENT TRIGGER change_changed ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION public.on_ddl();
COMMENT ON EVENT TRIGGER change_changed IS 'watches';
CREATE EVENT TRIGGER change_added ON ddl_command_start EXECUTE FUNCTION public.on_ddl();
ALTER EVENT TRIGGER change_added DISABLE;
