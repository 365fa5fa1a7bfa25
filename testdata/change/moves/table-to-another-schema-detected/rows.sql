SELECT id, name FROM app.users ORDER BY id;
