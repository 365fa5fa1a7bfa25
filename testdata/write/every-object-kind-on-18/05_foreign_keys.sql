-- Foreign keys, once every table is there.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER TABLE shop.bookings
    ADD CONSTRAINT bookings_fkey
        FOREIGN KEY (room, PERIOD during) REFERENCES shop.bookings (room, PERIOD during);

ALTER TABLE shop.customers
    ADD CONSTRAINT customers_favourite_fkey
        FOREIGN KEY (favourite)
        REFERENCES shop."order" (id)
        ON DELETE SET NULL (favourite)
        DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE shop.event_notes
    ADD CONSTRAINT event_notes_fkey
        FOREIGN KEY (customer_id, at) REFERENCES shop.events (customer_id, at);

ALTER TABLE shop.events
    ADD CONSTRAINT events_customer_fkey
        FOREIGN KEY (customer_id) REFERENCES shop.customers (id);

ALTER TABLE shop."order"
    ADD CONSTRAINT order_customer_fkey
        FOREIGN KEY (customer_id)
        REFERENCES shop.customers (id) MATCH FULL
        ON DELETE CASCADE
        ON UPDATE RESTRICT;
COMMENT ON CONSTRAINT order_customer_fkey ON shop."order" IS 'Whose it is.';

COMMIT;
