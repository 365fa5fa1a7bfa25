CREATE SCHEMA "Sales; 2";
CREATE TYPE "Sales; 2"."State" AS ENUM ('new', 'done');
CREATE TABLE "Sales; 2"."Order" (
    "Id" bigint PRIMARY KEY,
    "state" "Sales; 2"."State" NOT NULL DEFAULT 'new',
    "note:text" text
);
CREATE FUNCTION "Sales; 2"."touch"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."note:text" := coalesce(NEW."note:text", '-- none;');
    RETURN NEW;
END
$$;
CREATE TRIGGER "touch it" BEFORE INSERT ON "Sales; 2"."Order"
    FOR EACH ROW EXECUTE FUNCTION "Sales; 2"."touch"();
