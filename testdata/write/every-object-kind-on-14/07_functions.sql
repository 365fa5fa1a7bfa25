-- Functions, procedures and triggers.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

-- Rebuilds things.
CREATE PROCEDURE shop.rebuild(
    since timestamptz,
    INOUT done integer DEFAULT 0,
    VARIADIC which text[] DEFAULT ARRAY[]::text[]
)
    LANGUAGE plpgsql
    SET search_path TO ''
AS $$
DECLARE
    one shop."order"%ROWTYPE;
BEGIN
    SELECT * INTO one FROM shop."order" LIMIT 1;
    done := done + 1;
END
$$;
COMMENT ON PROCEDURE shop.rebuild(timestamptz, integer, text[]) IS 'Rebuilds things.';

CREATE FUNCTION shop.top(how_many integer DEFAULT 10)
    RETURNS TABLE (customer bigint, "order" shop."order")
    LANGUAGE sql
    STABLE
    ROWS 10
    SET search_path TO ''
AS $$SELECT o.customer_id, o FROM shop."order" AS o LIMIT how_many$$;

-- Touches a row.
CREATE FUNCTION shop.touch()
    RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
AS $body$
DECLARE
    text_with_dollars text := $x$ $$ $x$;
BEGIN
    IF TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN
        RETURN NEW;
    END IF;
    RETURN NULL;
END
$body$;
COMMENT ON FUNCTION shop.touch() IS 'Touches a row. Called by triggers.';

CREATE FUNCTION shop.visible(customer bigint)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path TO ''
AS $$SELECT EXISTS (SELECT FROM shop.customer_orders AS v WHERE v.id = customer)$$;

CREATE TRIGGER instead
    INSTEAD OF INSERT ON shop.a_summary
    FOR EACH ROW
    EXECUTE FUNCTION shop.touch();

CREATE TRIGGER customers_audit
    AFTER INSERT ON shop.customers
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.customers ENABLE ALWAYS TRIGGER customers_audit;

CREATE CONSTRAINT TRIGGER customers_check
    AFTER INSERT OR DELETE ON shop.customers
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    EXECUTE FUNCTION shop.touch();

CREATE TRIGGER customers_touch
    BEFORE UPDATE OF name, email ON shop.customers
    FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION shop.touch('a''b');
COMMENT ON TRIGGER customers_touch ON shop.customers IS 'Keeps it fresh.';

COMMIT;
