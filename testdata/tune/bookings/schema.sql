CREATE EXTENSION pg_trgm;
CREATE TABLE guests (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    preferences jsonb
);
CREATE TABLE rooms (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL
);
CREATE TABLE bookings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    guest_id bigint NOT NULL REFERENCES guests,
    room_id bigint NOT NULL REFERENCES rooms,
    state text NOT NULL,
    stay daterange NOT NULL,
    price double precision,
    labels text[],
    booked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX bookings_guest ON bookings (guest_id);
CREATE INDEX bookings_guest_room ON bookings (guest_id, room_id);
CREATE INDEX bookings_price ON bookings (price);
CREATE TABLE door_events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    booking_id bigint,
    opened boolean NOT NULL,
    at timestamptz NOT NULL
);
