CREATE SCHEMA "Sales; 2";
CREATE TYPE "Sales; 2"."State" AS ENUM ('new', 'paid', 'done');
CREATE TABLE "Sales; 2"."Order" (
    "Id" bigint PRIMARY KEY,
    "state" "Sales; 2"."State" NOT NULL DEFAULT 'new',
    "note:text" text DEFAULT '${no placeholder}; -- nor a comment',
    "total" numeric NOT NULL DEFAULT 0
);
COMMENT ON COLUMN "Sales; 2"."Order"."total" IS 'Of all lines;
-- in the currency of the order, as in :total or $1
it was made in.';
-- Its body reads what comes later, and holds what tools might take for their own.
CREATE FUNCTION "Sales; 2"."sum of lines"(id bigint) RETURNS numeric
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT CASE WHEN count(*) > 0 THEN sum(amount) ELSE 0 END
          FROM (VALUES (1, 2.5), (2, 3)) AS line (order_id, amount) WHERE order_id = id;
    END;
CREATE FUNCTION "Sales; 2"."touch"() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    word text := $$ it's; ${quoted} $$;
BEGIN
    -- a comment; with a semicolon
    IF NEW."state" = 'paid' THEN
        NEW."total" := "Sales; 2"."sum of lines"(NEW."Id");
    END IF;

    EXECUTE format('SELECT %L; -- \n', word);
    RETURN NEW;
END
$body$;
CREATE PROCEDURE "Sales; 2".close_all() LANGUAGE plpgsql AS $$
BEGIN
    UPDATE "Sales; 2"."Order" SET "state" = 'done';
    COMMIT;
END;
$$;
CREATE TRIGGER "touch it" BEFORE INSERT OR UPDATE ON "Sales; 2"."Order"
    FOR EACH ROW WHEN (NEW."state" <> 'done') EXECUTE FUNCTION "Sales; 2"."touch"();
CREATE VIEW "Sales; 2"."Paid Orders" AS
    SELECT "Id", ARRAY["total", 1] AS "a:b", "note:text" ~ E'\\;' AS odd
      FROM "Sales; 2"."Order" WHERE "state" = 'paid';
