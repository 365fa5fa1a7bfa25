//! The statements that change an object in place.

mod column;
mod data;
mod objects;
mod table;
mod types;

pub use column::IdentityChange;
pub use types::EnumPosition;

use std::collections::BTreeMap;

use super::Writer;
use crate::{Name, quote_identifier, quote_literal};

impl Writer {
    /// `ALTER … RENAME TO`, of what stands on a table too.
    pub fn rename(&self, address: &str, to: &Name) -> String {
        format!("ALTER {address} RENAME TO {};", to.quoted())
    }

    /// `ALTER … RENAME part TO`: of a column, an attribute, a constraint. The word is the manual's:
    /// `COLUMN`, `ATTRIBUTE`, `CONSTRAINT`.
    pub fn rename_part(&self, address: &str, word: &str, from: &Name, to: &Name) -> String {
        format!(
            "ALTER {address} RENAME {word} {} TO {};",
            from.quoted(),
            to.quoted()
        )
    }

    /// `ALTER … SET SCHEMA`.
    pub fn set_schema(&self, address: &str, schema: &Name) -> String {
        format!("ALTER {address} SET SCHEMA {};", schema.quoted())
    }

    /// `ALTER … SET (…)` and `RESET (…)`: what leads from some storage parameters, or options of a
    /// view, to others.
    pub fn options_change(
        &self,
        address: &str,
        from: &BTreeMap<String, String>,
        to: &BTreeMap<String, String>,
    ) -> Vec<String> {
        let mut sql = Vec::new();
        let set: BTreeMap<_, _> = to
            .iter()
            .filter(|(name, value)| from.get(*name) != Some(value))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        if !set.is_empty() {
            sql.push(format!(
                "ALTER {address} SET {};",
                super::text::options(&set)
            ));
        }
        let reset: Vec<_> = from.keys().filter(|n| !to.contains_key(*n)).collect();
        if !reset.is_empty() {
            let names: Vec<_> = reset.iter().map(|n| option_name(n)).collect();
            sql.push(format!("ALTER {address} RESET ({});", names.join(", ")));
        }
        sql
    }

    /// `ALTER … OPTIONS (ADD …, SET …, DROP …)`, of what belongs to foreign data.
    pub fn foreign_options_change(
        &self,
        address: &str,
        from: &BTreeMap<String, String>,
        to: &BTreeMap<String, String>,
    ) -> Option<String> {
        let mut parts = Vec::new();
        for (name, value) in to {
            let word = match from.get(name) {
                Some(old) if old == value => continue,
                Some(_) => "SET",
                None => "ADD",
            };
            let name = quote_identifier(name);
            parts.push(format!("{word} {name} {}", quote_literal(value)));
        }
        for name in from.keys().filter(|n| !to.contains_key(*n)) {
            parts.push(format!("DROP {}", quote_identifier(name)));
        }
        (!parts.is_empty()).then(|| format!("ALTER {address} OPTIONS ({});", parts.join(", ")))
    }
}

/// The name of a storage parameter: `toast.autovacuum_enabled` has two parts.
fn option_name(name: &str) -> String {
    let parts: Vec<_> = name.split('.').map(quote_identifier).collect();
    parts.join(".")
}
