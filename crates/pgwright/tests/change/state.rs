//! What a database holds, in forms that the order of columns, objects and rows does not change.

use std::collections::BTreeMap;

use crate::database::Databases;
use crate::dump;

/// The entries of a dump, each with how often it stands there.
pub type Entries = BTreeMap<String, usize>;

/// The schema as pg_dump 18 writes it. The columns of a table are a set: the order in which they were
/// added does not count.
pub fn schema(databases: &Databases, short: &str) -> Result<Entries, String> {
    let text = dump::text(databases.sandbox(), &databases.name(short))?;
    Ok(entries(&text))
}

fn entries(text: &str) -> Entries {
    let mut found = Entries::new();
    for (entry, times) in dump::entries(text) {
        *found.entry(without_column_order(entry)).or_default() += times;
    }
    found
}

/// Sorts the lines of a table's entry, its heading apart: columns, constraints and the settings of
/// columns, which pg_dump writes in the order of the columns.
fn without_column_order(entry: String) -> String {
    let Some((heading, body)) = entry.split_once('\n') else {
        return entry;
    };
    if heading.contains("; Type: STATISTICS;")
        && let Some((head, rest)) = body.split_once(" ON ")
        && let Some((columns, tail)) = rest.split_once(" FROM ")
    {
        // A statistics object lists its columns in the order of the table's.
        let mut columns: Vec<&str> = columns.split(", ").collect();
        columns.sort_unstable();
        return format!("{heading}\n{head} ON {} FROM {tail}", columns.join(", "));
    }
    if !heading.contains("; Type: TABLE;") && !heading.contains("; Type: FOREIGN TABLE;") {
        return entry;
    }
    let lines = body.lines().map(|line| line.trim_end_matches(','));
    let mut lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    format!("{heading}\n{}", lines.join("\n"))
}

/// The rows of every table and filled materialized view, and the next value of every sequence.
pub fn rows(databases: &Databases, short: &str) -> Result<Vec<String>, String> {
    const QUERIES: &str = "
        SELECT format('SELECT %L || to_jsonb(_row_)::text FROM ONLY %s _row_',
                      c.oid::regclass || ' ', c.oid::regclass)
        FROM pg_class c
        WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND c.relnamespace IN (
            SELECT oid FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'
              OR nspname ~ '^pgwright')
        UNION ALL
        SELECT format('SELECT %L || CASE WHEN is_called THEN last_value + %s ELSE last_value END FROM %s',
                      seqrelid::regclass || ' next ', seqincrement, seqrelid::regclass)
        FROM pg_sequence";
    gathered(databases, short, QUERIES)
}

/// How many rows each table has, by its name. Foreign tables have theirs elsewhere.
pub fn counts(databases: &Databases, short: &str) -> Result<BTreeMap<String, String>, String> {
    const QUERIES: &str = "
        SELECT format('SELECT %L || count(*) FROM %s', c.oid::regclass || ' ', c.oid::regclass)
        FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace IN (
            SELECT oid FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|pgwright)')";
    let lines = gathered(databases, short, QUERIES)?;
    let pair = |line: String| {
        let (table, count) = line.rsplit_once(' ').unwrap();
        (table.to_owned(), count.to_owned())
    };
    Ok(lines.into_iter().map(pair).collect())
}

/// The lines that the queries give which a query gives, sorted.
fn gathered(databases: &Databases, short: &str, queries: &str) -> Result<Vec<String>, String> {
    let name = databases.name(short);
    let mut client = databases
        .sandbox()
        .connect(&name)
        .map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    let setting = "SET search_path = pg_catalog";
    client.batch_execute(setting).unwrap();
    let said = |error: &dyn std::error::Error| match error.source() {
        Some(source) => source.to_string(),
        None => error.to_string(),
    };
    for row in client.query(queries, &[]).map_err(|error| said(&error))? {
        let query: String = row.get(0);
        for row in client.query(&query, &[]).map_err(|error| said(&error))? {
            lines.push(row.get(0));
        }
    }
    lines.sort();
    Ok(lines)
}

/// The lines that one side has and the other does not.
pub fn unlike_rows(left: &[String], right: &[String]) -> Vec<String> {
    let mut times: BTreeMap<&String, i64> = BTreeMap::new();
    left.iter()
        .for_each(|line| *times.entry(line).or_default() += 1);
    right
        .iter()
        .for_each(|line| *times.entry(line).or_default() -= 1);
    let unlike = times.into_iter().filter(|(_, times)| *times != 0);
    unlike
        .map(|(line, times)| format!("{} {line}", if times > 0 { '<' } else { '>' }))
        .collect()
}

#[test]
fn order_of_columns_does_not_count() {
    let table = |lines: &str| {
        format!(
            "-- Name: t; Type: TABLE; Schema: s; Owner: o\n--\n\nCREATE TABLE s.t (\n{lines}\n);\n"
        )
    };
    let unlike = |a: &str, b: &str| dump::unlike(&entries(&table(a)), &entries(&table(b)));
    let (ab, ba) = ("    a integer,\n    b text", "    b text,\n    a integer");
    assert!(unlike(ab, ba).is_empty());
    assert_eq!(unlike(ab, "    a integer,\n    b text NOT NULL").len(), 1);
    assert_eq!(unlike(ab, "    a integer").len(), 1);
}

#[test]
fn rows_that_are_missing_doubled_or_changed_count() {
    let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
    let unlike = |a: &str, b: &str| unlike_rows(&lines(a), &lines(b));
    assert!(unlike("t 1\nt 2", "t 2\nt 1").is_empty());
    assert_eq!(unlike("t 1\nt 2", "t 1"), ["< t 2"]);
    assert_eq!(unlike("t 1", "t 1\nt 1"), ["> t 1"]);
    assert_eq!(unlike("t 1", "t 3"), ["< t 1", "> t 3"]);
}
