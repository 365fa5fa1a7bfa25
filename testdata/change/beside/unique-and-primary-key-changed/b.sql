CREATE TABLE rooms (id integer NOT NULL, house integer NOT NULL, number integer NOT NULL, code text, CONSTRAINT rooms_pkey PRIMARY KEY (house, id), CONSTRAINT rooms_number UNIQUE (house, number), CONSTRAINT rooms_code UNIQUE (code) INCLUDE (number));
CREATE TABLE beds (room integer, code text CONSTRAINT beds_code REFERENCES rooms (code));
