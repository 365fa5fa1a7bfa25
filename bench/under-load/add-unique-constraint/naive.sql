ALTER TABLE accounts ADD CONSTRAINT accounts_note_key UNIQUE (note);
