//! Statistics as PostgreSQL 18's `pg_dump --statistics-only` writes them: calls that put them back.

use std::collections::BTreeMap;

use pgwright_catalog::write::{Token, TokenKind, scan};
use pgwright_catalog::{Catalog, ConstraintKind, Name, QualifiedName};

use crate::array::parse_array;
use crate::statistics::{ColumnStatistics, IndexStatistics, Statistics};

/// A text that is no such dump.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DumpError {
    /// It holds no call.
    #[error(
        "no pg_restore_relation_stats or pg_restore_attribute_stats in it\n\
         hint: pg_dump 18 --statistics-only writes them"
    )]
    NoStatistics,
    /// An argument is not understood.
    #[error("line {line}: {argument} of {relation} is not understood")]
    Argument {
        /// The line of the call, counted from 1.
        line: usize,
        /// The argument.
        argument: String,
        /// Of which relation.
        relation: String,
    },
}

/// Reads a dump. The catalog tells which table an index belongs to; indexes that it does not know are left
/// out.
///
/// # Errors
/// When the text holds no statistics, or a call is not understood.
pub fn read_dump(text: &str, catalog: &Catalog) -> Result<Statistics, DumpError> {
    let indexes = indexes(catalog);
    let mut statistics = Statistics::default();
    let mut columns = Vec::new();
    let mut any = false;
    for (name, line, arguments) in calls(text) {
        any = true;
        let call = Call { line, arguments };
        let relation = QualifiedName::new(
            call.text("schemaname").unwrap_or_default(),
            call.text("relname").unwrap_or_default(),
        );
        if name == "pg_restore_attribute_stats" {
            columns.push((relation, call));
            continue;
        }
        let rows = call
            .number("reltuples", &relation)?
            .filter(|rows| *rows >= 0.0);
        let pages = call.number("relpages", &relation)?.unwrap_or(0.0) as u64;
        let visible = call.number("relallvisible", &relation)?.unwrap_or(0.0) as u64;
        if let Some(version) = call.text("version") {
            statistics.server_version = version_text(&version);
        }
        match indexes.get(&relation) {
            Some(table) => {
                let table = statistics.tables.entry(table.clone()).or_default();
                let index = IndexStatistics {
                    rows,
                    pages,
                    file_pages: Some(pages),
                    ..IndexStatistics::default()
                };
                table.indexes.insert(relation.name, index);
            }
            None => {
                let table = statistics.tables.entry(relation).or_default();
                table.rows = rows;
                table.pages = pages;
                table.all_visible = visible;
                table.file_pages = Some(pages);
            }
        }
    }
    for (relation, call) in columns {
        let column = call.column(&relation)?;
        let inherited = call.text("inherited").is_some_and(|t| t.starts_with('t'));
        if let Some(table) = indexes.get(&relation) {
            let position = call.number("attnum", &relation)?.unwrap_or(0.0) as u16;
            let table = statistics.tables.entry(table.clone()).or_default();
            if let Some(index) = table.indexes.get_mut(relation.name.as_str()) {
                index.expressions.insert(position, column);
            }
        } else if let Some(name) = call.text("attname") {
            let table = statistics.tables.entry(relation).or_default();
            let columns = match inherited {
                true => &mut table.columns_with_children,
                false => &mut table.columns,
            };
            columns.insert(Name::new(name), column);
        }
    }
    // What the dump takes for an index that the catalog lacks looks like a table without columns.
    let known = |name: &QualifiedName| {
        catalog.tables.contains_key(name) || catalog.materialized_views.contains_key(name)
    };
    statistics.tables.retain(|name, _| known(name));
    match any {
        true => Ok(statistics),
        false => Err(DumpError::NoStatistics),
    }
}

/// `180004` as `18.4`.
fn version_text(number: &str) -> Option<String> {
    let number: u32 = number.parse().ok()?;
    Some(format!("{}.{}", number / 10_000, number % 10_000))
}

/// The table of every index, those of constraints included.
fn indexes(catalog: &Catalog) -> BTreeMap<QualifiedName, QualifiedName> {
    let mut found = BTreeMap::new();
    for (name, table) in &catalog.tables {
        let of_constraints = table.constraints.iter().filter_map(|(constraint, c)| {
            let backed = matches!(
                c.kind,
                ConstraintKind::PrimaryKey(_)
                    | ConstraintKind::Unique(_)
                    | ConstraintKind::Exclusion { .. }
            );
            backed.then_some(constraint)
        });
        for index in table.indexes.keys().chain(of_constraints) {
            let index = QualifiedName::new(name.schema.clone(), index.clone());
            found.insert(index, name.clone());
        }
    }
    for (name, view) in &catalog.materialized_views {
        for index in view.indexes.keys() {
            let index = QualifiedName::new(name.schema.clone(), index.clone());
            found.insert(index, name.clone());
        }
    }
    found
}

/// A call's line and its arguments by name.
struct Call {
    line: usize,
    arguments: BTreeMap<String, String>,
}

impl Call {
    fn text(&self, name: &str) -> Option<String> {
        self.arguments.get(name).cloned()
    }

    fn wrong(&self, argument: &str, relation: &QualifiedName) -> DumpError {
        DumpError::Argument {
            line: self.line,
            argument: argument.to_owned(),
            relation: relation.quoted(),
        }
    }

    fn number(&self, name: &str, relation: &QualifiedName) -> Result<Option<f64>, DumpError> {
        let Some(text) = self.arguments.get(name) else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| self.wrong(name, relation))
    }

    fn values(&self, name: &str, relation: &QualifiedName) -> Result<Vec<String>, DumpError> {
        let Some(text) = self.arguments.get(name) else {
            return Ok(Vec::new());
        };
        let elements = parse_array(text).map_err(|_| self.wrong(name, relation))?;
        Ok(elements.into_iter().flatten().collect())
    }

    fn numbers(&self, name: &str, relation: &QualifiedName) -> Result<Vec<f32>, DumpError> {
        let values = self.values(name, relation)?;
        let numbers = values
            .iter()
            .map(|v| v.parse().map_err(|_| self.wrong(name, relation)));
        numbers.collect()
    }

    fn column(&self, relation: &QualifiedName) -> Result<ColumnStatistics, DumpError> {
        let single = |name: &str| -> Result<Option<f32>, DumpError> {
            Ok(self.number(name, relation)?.map(|n| n as f32))
        };
        Ok(ColumnStatistics {
            null_fraction: single("null_frac")?.unwrap_or_default(),
            average_width: self.number("avg_width", relation)?.unwrap_or(0.0) as i32,
            distinct: single("n_distinct")?.unwrap_or_default(),
            most_common_values: self.values("most_common_vals", relation)?,
            most_common_frequencies: self.numbers("most_common_freqs", relation)?,
            histogram: self.values("histogram_bounds", relation)?,
            correlation: single("correlation")?,
            most_common_elements: self.values("most_common_elems", relation)?,
            most_common_element_frequencies: self.numbers("most_common_elem_freqs", relation)?,
            element_count_histogram: self.numbers("elem_count_histogram", relation)?,
            range_length_histogram: self.values("range_length_histogram", relation)?,
            range_empty_fraction: single("range_empty_frac")?,
            range_bounds_histogram: self.values("range_bounds_histogram", relation)?,
        })
    }
}

/// The calls of the two functions: name, line and arguments.
fn calls(text: &str) -> Vec<(String, usize, BTreeMap<String, String>)> {
    let tokens = scan(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let name = token.text;
        if !matches!(
            name,
            "pg_restore_relation_stats" | "pg_restore_attribute_stats"
        ) {
            continue;
        }
        let line = text[..token.start].matches('\n').count() + 1;
        let end = tokens[at..].iter().position(|t| t.is_symbol(";"));
        let end = end.map_or(tokens.len(), |end| at + end);
        found.push((name.to_owned(), line, arguments(&tokens[at..end])));
        at = end;
    }
    found
}

/// Names and values take turns, each a literal, which may have a cast behind it.
fn arguments(tokens: &[Token<'_>]) -> BTreeMap<String, String> {
    let literals: Vec<String> = tokens
        .iter()
        .filter(|t| t.kind == TokenKind::Text)
        .filter_map(Token::literal)
        .collect();
    literals
        .chunks_exact(2)
        .map(|pair| (pair[0].clone(), pair[1].clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use pgwright_catalog::{Column, Index, Table};

    const DUMP: &str = "-- a comment
SELECT * FROM pg_catalog.pg_restore_relation_stats(
\t'version', '180004'::integer,
\t'schemaname', 'public',
\t'relname', 'orders',
\t'relpages', '35'::integer,
\t'reltuples', '1500'::real,
\t'relallvisible', '30'::integer,
\t'relallfrozen', '0'::integer
);
SELECT * FROM pg_catalog.pg_restore_attribute_stats(
\t'version', '180004'::integer,
\t'schemaname', 'public',
\t'relname', 'orders',
\t'attname', 'status',
\t'inherited', 'f'::boolean,
\t'null_frac', '0.25'::real,
\t'avg_width', '6'::integer,
\t'n_distinct', '2'::real,
\t'most_common_vals', '{open,\"it''s\"}'::text,
\t'most_common_freqs', '{0.5,0.25}'::real[]
);
SELECT * FROM pg_catalog.pg_restore_relation_stats(
\t'version', '180004'::integer, 'schemaname', 'public', 'relname', 'orders_status',
\t'relpages', '4'::integer, 'reltuples', '1500'::real, 'relallvisible', '0'::integer);
";

    fn catalog() -> Catalog {
        let mut catalog = Catalog::empty();
        let mut table = Table {
            columns: vec![Column::new("status", "text")],
            ..Table::default()
        };
        table
            .indexes
            .insert(Name::new("orders_status"), Index::btree(["status"]));
        catalog
            .tables
            .insert(QualifiedName::new("public", "orders"), table);
        catalog
    }

    #[test]
    fn a_dump_of_statistics_is_read() {
        let read = read_dump(DUMP, &catalog()).unwrap();
        assert_eq!(read.server_version.as_deref(), Some("18.4"));
        let table = &read.tables[&QualifiedName::new("public", "orders")];
        assert_eq!(
            (table.rows, table.file_pages, table.all_visible),
            (Some(1500.0), Some(35), 30)
        );
        assert_eq!(table.columns["status"].most_common_values, ["open", "it's"]);
        assert_eq!(table.columns["status"].null_fraction, 0.25);
        assert_eq!(table.indexes["orders_status"].file_pages, Some(4));
    }

    #[test]
    fn what_is_no_dump_of_statistics_is_an_error() {
        assert_eq!(
            read_dump("SELECT 1;", &catalog()),
            Err(DumpError::NoStatistics)
        );
        let broken = DUMP.replace("'1500'", "'many'");
        let error = read_dump(&broken, &catalog()).unwrap_err();
        assert!(
            error.to_string().starts_with("line 2: reltuples"),
            "{error}"
        );
    }
}
