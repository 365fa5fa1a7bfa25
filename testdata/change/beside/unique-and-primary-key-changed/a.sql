CREATE TABLE rooms (id integer NOT NULL, house integer NOT NULL, number integer NOT NULL, code text, CONSTRAINT rooms_pkey PRIMARY KEY (id), CONSTRAINT rooms_number UNIQUE (number), CONSTRAINT rooms_code UNIQUE (code));
CREATE TABLE beds (room integer CONSTRAINT beds_room REFERENCES rooms (number), code text CONSTRAINT beds_code REFERENCES rooms (code));
INSERT INTO rooms SELECT i, i % 3, i, 'r' || i FROM generate_series(1, 60) i;
INSERT INTO beds SELECT i, 'r' || i FROM generate_series(1, 60) i;
