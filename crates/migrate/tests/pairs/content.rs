//! What is in a database beside its schema: the rows of all tables, and how far sequences have come.

use std::collections::BTreeMap;

use pgwright_server::postgres::Client;
use serde_json::{Map, Value};

/// Rows by table, with names of columns, and positions of sequences.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub tables: BTreeMap<String, TableContent>,
    pub sequences: BTreeMap<String, Option<i64>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TableContent {
    /// Partitioned tables show the rows of their partitions.
    pub partitioned: bool,
    /// Types of columns that keep their text whatever happens to the type: not composites, which may get
    /// attributes, nor domains and ranges, which may be over something else.
    pub columns: BTreeMap<String, String>,
    pub rows: Vec<String>,
}

const TABLES: &str = "
    SELECT c.oid::regclass::text, c.relkind = 'p',
        array(SELECT a.attname::text FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                AND t.typtype IN ('b', 'e') ORDER BY a.attname),
        array(SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                AND t.typtype IN ('b', 'e') ORDER BY a.attname)
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND n.nspname NOT LIKE 'pgwright\\_aside%' AND n.nspname NOT LIKE 'pg\\_t%'
        AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
        -- Foreign tables below it have no rows that could be read.
        AND NOT EXISTS (SELECT FROM pg_partition_tree(c.oid) AS p JOIN pg_class AS f ON f.oid = p.relid
            WHERE f.relkind = 'f')
    ORDER BY 1";

const SEQUENCES: &str = "
    SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences
    WHERE schemaname NOT LIKE 'pgwright\\_aside%' AND sequencename NOT LIKE 'pgwright\\_aside%'";

pub fn read(client: &mut Client) -> Result<Content, String> {
    let said = |e: pgwright_server::postgres::Error| crate::server::explain(&e, "");
    client.batch_execute("SET search_path = ''").map_err(said)?;
    let mut tables = BTreeMap::new();
    for row in client.query(TABLES, &[]).map_err(said)? {
        let (name, partitioned): (String, bool) = (row.get(0), row.get(1));
        let (names, types): (Vec<String>, Vec<String>) = (row.get(2), row.get(3));
        let only = if partitioned { "" } else { "ONLY " };
        let sql = format!("SELECT to_jsonb(t)::text FROM {only}{name} AS t ORDER BY 1");
        let rows = client.query(&sql, &[]).map_err(said)?;
        let content = TableContent {
            partitioned,
            columns: names.into_iter().zip(types).collect(),
            rows: rows.iter().map(|r| r.get(0)).collect(),
        };
        tables.insert(name, content);
    }
    let sequences = client.query(SEQUENCES, &[]).map_err(said)?;
    let sequences = sequences.iter().map(|r| (r.get(0), r.get(1))).collect();
    client.batch_execute("RESET search_path").map_err(said)?;
    Ok(Content { tables, sequences })
}

impl Content {
    /// In what the content that came back differs from the one that was there.
    pub fn differences(&self, back: &Content) -> Vec<String> {
        let mut found = vec![];
        for (name, table) in &self.tables {
            let now = back.tables.get(name).map(|t| &t.rows);
            if now != Some(&table.rows) {
                found.push(format!("rows of {name}: {:?}, then {now:?}", table.rows));
            }
        }
        for (name, at) in &self.sequences {
            let now = back.sequences.get(name);
            if now != Some(at) {
                found.push(format!("position of {name}: {at:?}, then {now:?}"));
            }
        }
        found
    }

    /// What did not survive the way to another schema: rows of tables that both have, as far as columns
    /// are the same, and positions of sequences that both have.
    pub fn losses(&self, then: &Content) -> Vec<String> {
        let mut found = vec![];
        for (name, table) in &self.tables {
            // The rows of a partitioned table are looked at in its partitions.
            let Some(now) = then.tables.get(name).filter(|_| !table.partitioned) else {
                continue;
            };
            let same: Vec<&String> = table
                .columns
                .iter()
                .filter(|(column, ty)| now.columns.get(*column) == Some(ty))
                .map(|(column, _)| column)
                .collect();
            let (before, after) = (reduced(&table.rows, &same), reduced(&now.rows, &same));
            if before != after {
                found.push(format!("rows of {name}: {before:?}, then {after:?}"));
            }
        }
        for (name, at) in &self.sequences {
            if let Some(now) = then.sequences.get(name)
                && now != at
            {
                found.push(format!("position of {name}: {at:?}, then {now:?}"));
            }
        }
        found
    }
}

/// Rows with some of their columns, in order.
fn reduced(rows: &[String], columns: &[&String]) -> Vec<String> {
    let mut reduced: Vec<String> = rows
        .iter()
        .map(|row| {
            let row: Map<String, Value> = serde_json::from_str(row).unwrap();
            let kept = columns.iter().map(|c| format!("{c}={}", row[c.as_str()]));
            kept.collect::<Vec<_>>().join(" ")
        })
        .collect();
    reduced.sort();
    reduced
}
