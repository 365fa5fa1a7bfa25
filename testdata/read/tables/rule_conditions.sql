-- The condition of a rule for one row may name its columns alone; an action may not.
CREATE TABLE link (id integer, kind integer, at timestamp DEFAULT now());
CREATE TABLE link_one (CHECK (kind = 1)) INHERITS (link);
CREATE TABLE gone (id integer);
CREATE RULE to_one AS ON INSERT TO link WHERE kind = 1
    DO INSTEAD INSERT INTO link_one (id, kind, at) VALUES (new.id, 1, coalesce(new.at, now()));
CREATE RULE remember AS ON DELETE TO link WHERE kind > 1 AND at IS NOT NULL
    DO ALSO INSERT INTO gone VALUES (old.id);
