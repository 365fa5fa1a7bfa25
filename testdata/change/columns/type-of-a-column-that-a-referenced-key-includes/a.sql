CREATE SCHEMA app;

CREATE TABLE app.people (
    id integer NOT NULL,
    rank integer NOT NULL,
    CONSTRAINT people_pkey PRIMARY KEY (id) INCLUDE (rank)
);
CREATE TABLE app.letters (
    id integer PRIMARY KEY,
    person integer NOT NULL,
    CONSTRAINT letters_person_fkey FOREIGN KEY (person) REFERENCES app.people (id)
);

INSERT INTO app.people VALUES (1, 5), (2, 6);
INSERT INTO app.letters VALUES (1, 2);
