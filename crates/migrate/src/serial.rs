//! Serial columns that become identity columns, and the other way round: the sequence changes its kind
//! and keeps its position.

use std::collections::BTreeMap;

use crate::beside::{old_name, old_table};
use pgwright_catalog::{Catalog, Column, Name, QualifiedName, identity_sequence_name};

/// The longest name that PostgreSQL keeps, in bytes.
const LONGEST: usize = 63;

/// Columns whose sequence goes over, with that sequence.
pub(crate) type Conversions = BTreeMap<(QualifiedName, Name), Handover>;

/// A sequence that goes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handover {
    /// The sequence that stands alone, before or after.
    pub sequence: QualifiedName,
    /// What the old one is called while both are there.
    pub aside: QualifiedName,
    /// The sequence that makes room at the start, when it belongs to an identity.
    pub makes_room: Option<QualifiedName>,
}

/// Finds the columns of both catalogs whose sequence goes over.
pub(crate) fn conversions(from: &Catalog, to: &Catalog) -> Conversions {
    let mut found = Conversions::new();
    for (table, definition) in &to.tables {
        let Some(before) = from.tables.get(table) else {
            continue;
        };
        for column in &definition.columns {
            let Some(old) = before.column(column.name.as_str()) else {
                continue;
            };
            let key = || (table.clone(), column.name.clone());
            let beside = before.column(old_name(&column.name).as_str());
            let in_old_table = || {
                let table = from.tables.get(&old_table(table))?;
                table.column(column.name.as_str())
            };
            let replaced = beside.or_else(in_old_table);
            if let Some(identity) = replaced.and_then(|c| c.identity.as_ref())
                && column.identity.is_some()
            {
                // The column was built beside one that has the sequence, and goes with it.
                let name = identity.name.clone();
                let name = name.unwrap_or_else(|| identity_sequence_name(table, &column.name));
                let handover = Handover {
                    aside: aside(&name),
                    sequence: name.clone(),
                    makes_room: Some(name),
                };
                found.insert(key(), handover);
            } else if old.identity.is_none() && column.identity.is_some() {
                let Some(sequence) = serial(from, table, old) else {
                    continue;
                };
                if !to.sequences.contains_key(sequence) {
                    let handover = Handover {
                        aside: aside(sequence),
                        sequence: sequence.clone(),
                        makes_room: None,
                    };
                    found.insert(key(), handover);
                }
            } else if let Some(identity) = &old.identity
                && column.identity.is_none()
            {
                let Some(sequence) = serial(to, table, column) else {
                    continue;
                };
                if !from.sequences.contains_key(sequence) {
                    let name = identity.name.clone();
                    let name = name.unwrap_or_else(|| identity_sequence_name(table, &column.name));
                    let handover = Handover {
                        aside: aside(&name),
                        sequence: sequence.clone(),
                        makes_room: Some(name),
                    };
                    found.insert(key(), handover);
                }
            }
        }
    }
    found
}

/// The sequence that a serial column takes its values from and owns.
fn serial<'a>(
    catalog: &'a Catalog,
    table: &QualifiedName,
    column: &Column,
) -> Option<&'a QualifiedName> {
    let default = column.default.as_ref()?.sql();
    if !default.trim_start().starts_with("nextval(") {
        return None;
    }
    let owned = catalog.sequences.iter().find(|(_, s)| {
        s.owned_by
            .as_ref()
            .is_some_and(|(t, c)| t == table && *c == column.name)
    });
    owned.map(|(name, _)| name)
}

fn aside(sequence: &QualifiedName) -> QualifiedName {
    let mut name = format!("pgwright_old_{}", sequence.name);
    while name.len() > LONGEST {
        name.pop();
    }
    QualifiedName::new(sequence.schema.clone(), name)
}
