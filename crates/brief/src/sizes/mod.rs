//! Sizes of a database as people note them: `orders 80,000,000 rows (status: shipped 96 %, open 2 %; 6,000,000
//! customers; placed_at 2019-01-01 to today, in insertion order)`.
//!
//! A small language, not English: what is not understood is told with its place, and the rest holds.

mod fact;
mod item;
pub(crate) mod values;

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, QualifiedName};
use pgwright_planner::TableDescription;

use crate::BriefError;
use crate::error::Report;
use crate::yaml::Scalar;

/// What a text says of sizes.
#[derive(Debug, Clone, Default)]
pub struct Sizes {
    /// What is said of each table.
    pub tables: BTreeMap<QualifiedName, TableDescription>,
    /// What was not understood, in the order of the text.
    pub not_understood: Vec<BriefError>,
}

/// Reads what a text says of the tables of a catalog. `today` is the day that the word stands for, as `2026-01-31`.
///
/// ```
/// # use pgwright_catalog::{Catalog, Column, QualifiedName, Table};
/// # let mut catalog = Catalog::empty();
/// # let orders = QualifiedName::new("public", "orders");
/// # let columns = vec![Column::new("status", "text")];
/// # catalog.tables.insert(orders.clone(), Table { columns, ..Table::default() });
/// let said = pgwright_brief::read_sizes("orders: 80 million rows (status: open 2 %)", &catalog, "2026-01-31");
/// assert_eq!(said.tables[&orders].rows, Some(8e7));
/// assert_eq!(said.tables[&orders].columns["status"].common, [("open".to_owned(), 0.02)]);
/// ```
pub fn read_sizes(text: &str, catalog: &Catalog, today: &str) -> Sizes {
    let scalar = Scalar::verbatim(text);
    let mut reader = Reader {
        catalog,
        today,
        report: Report::new(text),
        tables: BTreeMap::new(),
        last: None,
    };
    for item in item::items(&reader, &scalar) {
        item::read(&mut reader, item);
    }
    Sizes {
        tables: reader.tables,
        not_understood: reader.report.errors,
    }
}

/// What a reader knows, and what it has found.
struct Reader<'a> {
    catalog: &'a Catalog,
    today: &'a str,
    report: Report<'a>,
    tables: BTreeMap<QualifiedName, TableDescription>,
    /// The table that was spoken of last.
    last: Option<QualifiedName>,
}

impl<'a> Reader<'a> {
    /// The table of a name, with or without its schema.
    fn table(&self, written: &str) -> Option<&'a QualifiedName> {
        let plain = written.trim_matches(['"', '`', '*', '_']);
        let (schema, name) = match plain.rsplit_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, plain),
        };
        let relations = self
            .catalog
            .tables
            .keys()
            .chain(self.catalog.materialized_views.keys());
        let mut found = relations.filter(|known| {
            known.name.as_str().eq_ignore_ascii_case(name)
                && schema.is_none_or(|s| known.schema.as_str().eq_ignore_ascii_case(s))
        });
        let first = found.next()?;
        let public = std::iter::once(first)
            .chain(found)
            .find(|known| known.schema.as_str() == "public");
        public.or(Some(first))
    }

    fn said(&mut self, table: &QualifiedName) -> &mut TableDescription {
        self.tables.entry(table.clone()).or_default()
    }

    /// The columns of a table, or of the tables it inherits from.
    fn columns(&self, table: &QualifiedName) -> Vec<&'a str> {
        let mut names = Vec::new();
        let mut pending = vec![table];
        let mut seen = Vec::new();
        while let Some(name) = pending.pop() {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            if let Some(view) = self.catalog.materialized_views.get(name) {
                names.extend(view.columns.iter().map(|c| c.name.as_str()));
            }
            if let Some(table) = self.catalog.tables.get(name) {
                names.extend(table.columns.iter().map(|c| c.name.as_str()));
                pending.extend(table.partition_of.iter().map(|p| &p.parent));
                pending.extend(&table.inherits);
            }
        }
        names
    }

    fn column(&self, table: &QualifiedName, written: &str) -> Option<&'a str> {
        let plain = written.trim_matches(['"', '`', '*']);
        let columns = self.columns(table);
        columns.into_iter().find(|c| c.eq_ignore_ascii_case(plain))
    }
}
