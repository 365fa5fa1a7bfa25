-- A copy made first takes along the names of NOT NULL constraints that a later table would have got.
CREATE TABLE original (id integer NOT NULL, name text NOT NULL);
CREATE TABLE archive (LIKE original INCLUDING ALL);
