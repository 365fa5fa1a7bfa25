CREATE TABLE posts (id integer PRIMARY KEY, title text, body text, at timestamptz, author text);
CREATE INDEX posts_title ON posts (title text_pattern_ops) INCLUDE (at);
CREATE INDEX posts_at ON posts (at DESC, author);
COMMENT ON INDEX posts_at IS 'By time and author.';
CREATE UNIQUE INDEX posts_lower ON posts (lower(title)) WHERE title IS NOT NULL;
