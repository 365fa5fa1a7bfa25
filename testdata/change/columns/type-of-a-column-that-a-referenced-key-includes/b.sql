CREATE SCHEMA app;

CREATE TABLE app.people (
    id integer NOT NULL,
    rank bigint NOT NULL,
    CONSTRAINT people_pkey PRIMARY KEY (id) INCLUDE (rank)
);
CREATE TABLE app.letters (
    id integer PRIMARY KEY,
    person integer NOT NULL,
    CONSTRAINT letters_person_fkey FOREIGN KEY (person) REFERENCES app.people (id)
);

