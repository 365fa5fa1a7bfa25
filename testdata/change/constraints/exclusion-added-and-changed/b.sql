CREATE TABLE public.bookings (id integer PRIMARY KEY, span int4range, kind int4range, CONSTRAINT no_overlap EXCLUDE USING gist (span WITH &&, kind WITH =) WHERE (id > 0) DEFERRABLE);
CREATE TABLE public.rooms (id integer PRIMARY KEY, span int4range, CONSTRAINT rooms_no_overlap EXCLUDE USING gist (span WITH &&));
COMMENT ON CONSTRAINT rooms_no_overlap ON public.rooms IS 'one at a time';
