CREATE TABLE public.bookings (id integer PRIMARY KEY, span int4range, kind int4range, CONSTRAINT no_overlap EXCLUDE USING gist (span WITH &&));
CREATE TABLE public.rooms (id integer PRIMARY KEY, span int4range);
INSERT INTO public.bookings VALUES (1, '[1,5)', '[1,2)'), (2, '[5,9)', '[1,2)');
INSERT INTO public.rooms VALUES (1, '[1,5)');
