//! The least and greatest keys that the planner is to find at the ends of B-trees.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pgwright_planner::Statistics;
use postgres::Client;

use super::TwinError;
use super::donor::{self, Keys, Value};
use super::relations::Relation;

/// The keys of every B-tree whose ends are known.
pub(super) fn keys(
    client: &mut Client,
    relations: &BTreeMap<u32, Relation>,
    statistics: &Statistics,
    data: &Path,
    notes: &mut Vec<String>,
) -> Result<BTreeMap<u32, Keys>, TwinError> {
    let known: BTreeMap<u32, _> = relations
        .iter()
        .filter(|(_, r)| r.kind == 'i' && r.method == "btree")
        .filter_map(|(oid, r)| Some((*oid, r.index_in(statistics)?.extremes.as_ref()?)))
        .collect();
    if known.is_empty() {
        return Ok(BTreeMap::new());
    }
    let oids: Vec<u32> = known.keys().copied().collect();
    let columns = donor::column_of(client, &oids)?;
    let value = |oid: &u32, text: &str| {
        columns.get(oid).map(|column| Value {
            column: column.clone(),
            text: text.to_owned(),
        })
    };
    let mut wanted = BTreeSet::new();
    for (oid, extremes) in &known {
        wanted.extend(value(oid, &extremes.least));
        wanted.extend(value(oid, &extremes.greatest));
    }
    let stored = donor::store(client, &wanted, data)?;
    let mut keys = BTreeMap::new();
    for (oid, extremes) in &known {
        let end = |text: &str| value(oid, text).and_then(|v| stored.get(&v)).cloned();
        match (end(&extremes.least), end(&extremes.greatest)) {
            (Some(least), Some(greatest)) => {
                keys.insert(*oid, Keys { least, greatest });
            }
            _ => {
                let name = relations.get(oid).map(|r| r.qualified().quoted());
                notes.push(format!(
                    "index {}: its least and greatest key are not values of its type",
                    name.unwrap_or_default()
                ));
            }
        }
    }
    Ok(keys)
}
