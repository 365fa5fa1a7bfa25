INSERT INTO store.items (name) VALUES ('nib') RETURNING id, store.how_many();
