//! Blocks and calls, read from texts.

#![allow(clippy::unwrap_used)]

use crate::read::{NoteKind, ReadOptions, Reading, read};

fn reading(text: &str) -> Reading {
    read(text, &ReadOptions::default())
}

/// The tables that a text makes, and what is noted beside.
fn tables(text: &str) -> (Vec<String>, Vec<String>) {
    let reading = reading(text);
    let tables = reading.catalog.tables.keys();
    let notes = reading.notes.iter().map(ToString::to_string).collect();
    (tables.map(|name| name.name.to_string()).collect(), notes)
}

/// The tables that a text makes without a note.
fn made(text: &str) -> Vec<String> {
    let (tables, notes) = tables(text);
    assert_eq!(notes, Vec::<String>::new(), "{text}");
    tables
}

#[test]
fn conditions_are_answered_from_the_catalog_in_progress() {
    let block = "DO $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'a') THEN
            CREATE TABLE a (id int);
        END IF;
        IF to_regclass('public.b') IS NULL AND current_setting('server_version_num')::int > 90000 THEN
            CREATE TABLE b (id int);
        ELSE
            CREATE TABLE c (id int);
        END IF;
        IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'a'::regclass AND attname = 'id') THEN
            CREATE TABLE d (id int);
        END IF;
    END $$;";
    assert_eq!(made(block), ["a", "b", "d"]);
    assert_eq!(
        made(&format!("CREATE TABLE a (); CREATE TABLE b (); {block}")),
        ["a", "b", "c"]
    );
}

#[test]
fn loops_run_over_ranges_arrays_and_catalogs() {
    let text = "CREATE TABLE t (id int);
        DO $$ DECLARE n text; r record; BEGIN
            FOR i IN 1..3 LOOP EXECUTE format('CREATE TABLE %I (id int)', 'p' || i); END LOOP;
            FOREACH n IN ARRAY ARRAY['x', 'y'] LOOP
                EXECUTE 'CREATE TABLE ' || quote_ident(n) || ' (id int)';
            END LOOP;
            FOR r IN SELECT tablename FROM pg_tables WHERE tablename LIKE 'p%' ORDER BY 1 LOOP
                CONTINUE WHEN r.tablename = 'p2';
                EXECUTE format('CREATE TABLE copy_of_%s (id int)', r.tablename);
            END LOOP;
        END $$;";
    let expected = ["copy_of_p1", "copy_of_p3", "p1", "p2", "p3", "t", "x", "y"];
    assert_eq!(made(text), expected);
}

#[test]
fn handlers_take_back_what_their_block_did() {
    let text = "CREATE TABLE a (id int);
        DO $$ BEGIN
            CREATE TABLE gone (id int);
            CREATE TABLE a (id int);
        EXCEPTION WHEN duplicate_table THEN
            CREATE TABLE b (id int);
        END $$;";
    assert_eq!(made(text), ["a", "b"]);
    let (tables, notes) = tables(&text.replace("duplicate_table", "undefined_table"));
    assert_eq!(tables, ["a"]);
    assert!(
        notes[0].contains("relation \"a\" already exists"),
        "{notes:?}"
    );
}

#[test]
fn what_cannot_be_told_is_noted_with_its_line() {
    let text = "DO $$ BEGIN
        IF EXISTS (SELECT 1 FROM users WHERE admin) THEN
            CREATE TABLE a (id int);
        END IF;
        CREATE TABLE b (id int);
        IF EXISTS (SELECT 1 FROM users) THEN DELETE FROM users; END IF;
    END $$;";
    let reading = reading(text);
    assert_eq!(reading.catalog.tables.len(), 1);
    assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
    assert_eq!(reading.notes[0].kind, NoteKind::NotUnderstood);
    assert!(reading.notes[0].message.starts_with("line 2 of the body"));
}

#[test]
fn settings_made_by_a_query_count() {
    let text = "CREATE SCHEMA app; SELECT pg_catalog.set_config('search_path', 'app', false);
        CREATE TABLE t (id int);";
    let reading = reading(text);
    let names: Vec<String> = reading
        .catalog
        .tables
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["app.t"], "{:?}", reading.notes);
}

#[test]
fn endless_blocks_come_to_an_end() {
    for body in [
        "BEGIN LOOP NULL; END LOOP; END",
        "BEGIN WHILE true LOOP CREATE TABLE IF NOT EXISTS t (); END LOOP; END",
        "BEGIN FOR i IN 1..1000000000000 LOOP NULL; END LOOP; END",
        "DECLARE t text := 'a'; BEGIN LOOP t := t || t; END LOOP; END",
        "BEGIN EXECUTE 'DO $x$ BEGIN NULL; END $x$'; END",
    ] {
        reading(&format!("DO $b$ {body} $b$;"));
    }
}
