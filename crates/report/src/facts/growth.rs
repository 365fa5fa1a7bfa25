//! Rough sizes: bytes of a row and of its index entries, from types alone.

use pgwright_catalog::{Catalog, ConstraintKind, IndexKey, Table, TypeKind};

/// Bytes that one row takes, on average.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Size {
    /// In the table: tuple header, line pointer, values.
    pub row: f64,
    /// In all indexes together, with the free space that B-trees keep.
    pub indexes: f64,
}

impl Size {
    /// The size of a row of a table.
    pub fn of(table: &Table, catalog: &Catalog) -> Self {
        let width = |name: &str| {
            table.column(name).map_or(24.0, |column| {
                let full = width(&column.data_type, catalog);
                // Optional values are taken to be there in half of the rows.
                if column.not_null { full } else { full / 2.0 }
            })
        };
        let values: f64 = table.columns.iter().map(|c| width(c.name.as_str())).sum();
        let entry = |keys: f64| (8.0 + 4.0 + keys) / 0.8;
        let mut indexes = 0.0;
        for constraint in table.constraints.values() {
            match &constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    indexes += entry(key.columns.iter().map(|c| width(c.as_str())).sum());
                }
                ConstraintKind::Exclusion { .. } => indexes += 64.0,
                ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => {}
            }
        }
        for index in table.indexes.values() {
            let keys = index.elements.iter().map(|e| match &e.key {
                IndexKey::Column(column) => width(column.as_str()),
                IndexKey::Expression(_) => 24.0,
            });
            indexes += match index.method.as_str() {
                "brin" => 0.01,
                "gin" => 80.0,
                _ => entry(keys.sum()),
            };
        }
        Self {
            row: 24.0 + 4.0 + values,
            indexes,
        }
    }

    /// Bytes of so many rows, indexes included.
    pub fn total(&self, rows: f64) -> f64 {
        (self.row + self.indexes) * rows
    }
}

/// Average bytes of a value.
fn width(data_type: &str, catalog: &Catalog) -> f64 {
    let plain = data_type.split('(').next().unwrap_or(data_type).trim();
    match plain {
        "boolean" | "\"char\"" => 1.0,
        "smallint" => 2.0,
        "integer" | "date" | "real" => 4.0,
        "uuid" | "interval" => 16.0,
        "numeric" => 8.0,
        "text" | "character varying" => 28.0,
        "jsonb" | "json" | "text[]" | "bytea" => 120.0,
        "daterange" => 17.0,
        "tstzrange" | "tsrange" => 25.0,
        "tsvector" => 200.0,
        _ => {
            let named = catalog
                .types
                .iter()
                .find(|(name, _)| name.to_string() == plain);
            match named.map(|(_, t)| &t.kind) {
                Some(TypeKind::Enum(_)) => 4.0,
                Some(TypeKind::Domain { base, .. }) if base != data_type => width(base, catalog),
                _ => 8.0,
            }
        }
    }
}

/// A number of bytes as people say it: `3.2 GB`.
pub fn bytes(number: f64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
    let mut value = number;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(value < 10.0 && unit > 0);
    format!("{value:.decimals$} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_as_people_write_them() {
        assert_eq!(bytes(812.0), "812 bytes");
        assert_eq!(bytes(3_240_000_000.0), "3.2 GB");
        assert_eq!(bytes(41_000_000.0), "41 MB");
    }
}
