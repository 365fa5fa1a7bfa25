INSERT INTO items (name) VALUES ('new') RETURNING id, (SELECT count(*) FROM items);
