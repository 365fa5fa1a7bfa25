CREATE TABLE posts (id integer PRIMARY KEY, title text, body text, at timestamptz);
CREATE INDEX posts_title ON posts (title);
CREATE INDEX posts_at ON posts (at);
COMMENT ON INDEX posts_at IS 'By time.';
CREATE UNIQUE INDEX posts_lower ON posts (lower(title));
INSERT INTO posts SELECT i, 'Post ' || i, repeat('x', i), now() FROM generate_series(1, 100) i;
