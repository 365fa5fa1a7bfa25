//! Index tuples made of values in text form: a temporary index is built of them, and its tuples are taken
//! from its file. So every type writes its own values.

use std::collections::BTreeMap;
use std::path::Path;

use postgres::{Client, GenericClient};
use serde_json::json;

use super::TwinError;
use super::relations::Relation;

/// A value to be turned into an index tuple: its type and collation as SQL, and its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Value {
    pub column: String,
    pub text: String,
}

/// A value as an index tuple holds it.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// Whether its width varies.
    varies: bool,
    bytes: Vec<u8>,
}

/// The least and greatest leading key of an index.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    pub least: Stored,
    pub greatest: Stored,
}

const HAS_NULLS: u16 = 0x8000;
const HAS_VARYING: u16 = 0x4000;
const SIZE: u16 = 0x1FFF;

impl Keys {
    /// The leaf tuples of an index that holds these keys, in its order, all other columns null. They point to
    /// the first rows of the table's first page.
    pub(super) fn tuples(&self, index: &Relation) -> Vec<Vec<u8>> {
        let mut keys = [&self.least, &self.greatest];
        if index.descending {
            keys.reverse();
        }
        let tuple = |(number, key): (usize, &&Stored)| {
            let mut flags = if key.varies { HAS_VARYING } else { 0 };
            let mut tuple = vec![0u8; 8];
            tuple[4] = number as u8 + 1;
            if index.columns > 1 {
                flags |= HAS_NULLS;
                // A bit for each column that is there, in four bytes, aligned.
                tuple.extend([1, 0, 0, 0, 0, 0, 0, 0]);
            }
            tuple.extend(&key.bytes);
            tuple.resize(tuple.len().next_multiple_of(8), 0);
            let info = tuple.len() as u16 & SIZE | flags;
            tuple[6..8].copy_from_slice(&info.to_ne_bytes());
            tuple
        };
        keys.iter().enumerate().map(tuple).collect()
    }
}

/// Turns values into what an index tuple holds of them. What its type does not take is left out.
pub(super) fn store(
    client: &mut Client,
    values: &std::collections::BTreeSet<Value>,
    data: &Path,
) -> Result<BTreeMap<Value, Stored>, TwinError> {
    let mut by_column: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for value in values {
        by_column.entry(&value.column).or_default().push(value);
    }
    let mut stored = BTreeMap::new();
    for (column, values) in by_column {
        match store_column(client, column, &values, data) {
            Ok(found) => stored.extend(found),
            Err(error) if client.is_closed() => return Err(error),
            // One bad value spoils all of its type; without them the planner goes by the histogram.
            Err(_) => {
                let _ = client.batch_execute("ROLLBACK");
                for value in values {
                    match store_column(client, column, &[value], data) {
                        Ok(found) => stored.extend(found),
                        Err(error) if client.is_closed() => return Err(error),
                        Err(_) => {
                            let _ = client.batch_execute("ROLLBACK");
                        }
                    }
                }
            }
        }
    }
    Ok(stored)
}

fn store_column(
    client: &mut Client,
    column: &str,
    values: &[&Value],
    data: &Path,
) -> Result<BTreeMap<Value, Stored>, TwinError> {
    let failed = || TwinError::asking("making index tuples");
    let kind = column.split(" COLLATE ").next().unwrap_or(column);
    client
        .batch_execute(&format!(
            "BEGIN; CREATE TEMPORARY TABLE pgwright_keys (number int, value {column}) ON COMMIT DROP"
        ))
        .map_err(failed())?;
    let numbered: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(number, value)| json!({ "number": number, "value": value.text }))
        .collect();
    client
        .execute(
            &format!(
                "INSERT INTO pg_temp.pgwright_keys SELECT v.number, v.value::{kind} \
                 FROM jsonb_to_recordset($1::text::jsonb) AS v (number int, value text)"
            ),
            &[&serde_json::Value::from(numbered).to_string()],
        )
        .map_err(failed())?;
    client
        .batch_execute(
            "CREATE INDEX pgwright_keys_value ON pg_temp.pgwright_keys (value) WITH (deduplicate_items = off)",
        )
        .map_err(failed())?;
    let path: String = client
        .query_one(
            "SELECT pg_relation_filepath('pg_temp.pgwright_keys_value'::regclass)",
            &[],
        )
        .and_then(|row| row.try_get(0))
        .map_err(failed())?;
    let rows = client
        .query("SELECT ctid::text, number FROM pg_temp.pgwright_keys", &[])
        .map_err(failed())?;
    let mut at = BTreeMap::new();
    for row in &rows {
        let address: String = row.try_get(0).map_err(failed())?;
        let number: i32 = row.try_get(1).map_err(failed())?;
        let value = usize::try_from(number).ok().and_then(|n| values.get(n));
        if let (Some(address), Some(value)) = (parse_address(&address), value) {
            at.insert(address, *value);
        }
    }
    let path = data.join(path);
    let file = std::fs::read(&path).map_err(TwinError::io("reading", &path))?;
    client.batch_execute("COMMIT").map_err(failed())?;
    let mut stored = BTreeMap::new();
    for page in file.chunks_exact(8192).skip(1) {
        for tuple in leaf_tuples(page) {
            let word = |at: usize| u16::from_ne_bytes([tuple[at], tuple[at + 1]]);
            let address = (u32::from(word(0)) << 16 | u32::from(word(2)), word(4));
            if let Some(value) = at.get(&address) {
                let varies = word(6) & HAS_VARYING != 0;
                let bytes = tuple[8..].to_vec();
                stored.insert((*value).clone(), Stored { varies, bytes });
            }
        }
    }
    Ok(stored)
}

fn parse_address(text: &str) -> Option<(u32, u16)> {
    let (block, number) = text.trim_matches(['(', ')']).split_once(',')?;
    Some((block.parse().ok()?, number.parse().ok()?))
}

/// The tuples of a page, when it is a leaf; a high key among them points to no row that matters.
fn leaf_tuples(page: &[u8]) -> Vec<&[u8]> {
    let half = |at: usize| usize::from(u16::from_ne_bytes([page[at], page[at + 1]]));
    let leaf = half(8192 - 4) & 1 == 1;
    let mut tuples = Vec::new();
    // A page that is not the last has its high key first.
    let next = u32::from_ne_bytes([page[8180], page[8181], page[8182], page[8183]]);
    let first = if next == 0 { 24 } else { 28 };
    let mut at = first;
    while leaf && at + 4 <= half(12).min(8192) {
        let slot = u32::from_ne_bytes([page[at], page[at + 1], page[at + 2], page[at + 3]]);
        let (offset, length) = ((slot & 0x7FFF) as usize, (slot >> 17) as usize);
        if let Some(tuple) = page.get(offset..offset + length).filter(|t| t.len() >= 8) {
            tuples.push(tuple);
        }
        at += 4;
    }
    tuples
}

/// The type and collation of an index's first key, as SQL.
pub(super) fn column_of(
    client: &mut impl GenericClient,
    indexes: &[u32],
) -> Result<BTreeMap<u32, String>, TwinError> {
    let failed = || TwinError::asking("reading the keys of indexes");
    let rows = client
        .query(
            "SELECT a.attrelid,
                    CASE WHEN a.atttypid = 2275 THEN 'name' ELSE format_type(pg_temp.base_type(a.atttypid), -1) END
                    || CASE WHEN a.attcollation NOT IN (0, t.typcollation)
                            THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
             FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
             WHERE a.attrelid = ANY ($1) AND a.attnum = 1",
            &[&indexes],
        )
        .map_err(failed())?;
    let mut found = BTreeMap::new();
    for row in &rows {
        found.insert(
            row.try_get(0).map_err(failed())?,
            row.try_get(1).map_err(failed())?,
        );
    }
    Ok(found)
}
