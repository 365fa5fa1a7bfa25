//! What a database holds: its rows, and its schema without what a migration keeps aside.

use std::collections::BTreeMap;

use pgwright_catalog::Catalog;
use pgwright_server::postgres::{Client, Error};

/// The rows of each table: how many, and a sum over their texts.
pub type State = BTreeMap<String, (i64, String)>;

/// Reads the rows of every table that holds rows itself.
pub fn of(client: &mut Client) -> Result<State, Error> {
    let tables = client.query(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind = 'r' AND c.oid >= 16384",
        &[],
    )?;
    let mut state = State::new();
    for row in tables {
        let table: String = row.get(0);
        // Columns by name: their order does not count.
        let sql = format!(
            "SELECT count(*), coalesce(md5(string_agg(line, E'\\n' ORDER BY line)), '')
             FROM (SELECT to_jsonb(t)::text AS line FROM ONLY {table} t) AS lines"
        );
        let row = client.query_one(&sql, &[])?;
        state.insert(table, (row.get(0), row.get(1)));
    }
    Ok(state)
}

/// As many rows as before, over all tables: a table may have another name, and rows may have gone to
/// partitions, or be kept aside.
pub fn rows_kept(before: &State, after: &State) -> Result<(), String> {
    let mut lost = Vec::new();
    for (table, (rows, _)) in before {
        match after.get(table) {
            Some((now, _)) if now < rows => {
                // They may be in partitions, which are counted by themselves.
                let all = |s: &State| s.values().map(|(n, _)| n).sum::<i64>();
                if all(after) < all(before) {
                    lost.push(format!("{table} had {rows} rows and has {now}"));
                }
            }
            _ => {}
        }
    }
    match lost.is_empty() {
        true => Ok(()),
        false => Err(lost.join("\n")),
    }
}

/// The very same rows.
pub fn same_rows(before: &State, after: &State) -> Result<(), String> {
    let mut unlike = Vec::new();
    for (table, (rows, sum)) in before {
        match after.get(table) {
            None => unlike.push(format!("{table} is not there")),
            Some((now, other)) if (now, other) != (rows, sum) => {
                unlike.push(format!("{table} had {rows} rows and has {now}, or others"));
            }
            Some(_) => {}
        }
    }
    match unlike.is_empty() {
        true => Ok(()),
        false => Err(unlike.join("\n")),
    }
}

/// The schema with the columns of each table in the order of their names.
pub fn in_one_order(catalog: &Catalog) -> Catalog {
    let mut ordered = catalog.clone();
    ordered.roles.clear();
    for table in ordered.tables.values_mut() {
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(of) = &mut table.partition_of {
            of.attached = false;
        }
    }
    for statistics in ordered.statistics.values_mut() {
        statistics
            .elements
            .sort_by_key(|element| format!("{element:?}"));
    }
    ordered
}
