INSERT INTO app.users (name) VALUES ('Cy') RETURNING id, public.n();
