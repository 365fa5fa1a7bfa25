CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE EVENT TRIGGER change_changed ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.on_ddl();
CREATE EVENT TRIGGER change_dropped ON sql_drop EXECUTE FUNCTION public.on_ddl();
COMMENT ON EVENT TRIGGER change_changed IS 'watches';
INSERT INTO public.t VALUES (1);
