//! What a statement asks of each table that it reads: which columns and expressions are compared with what, in
//! which order rows are wanted, which columns are read at all. Found by the server's parse analysis, done here.

mod condition;
mod place;
mod scope;
#[cfg(test)]
mod tests;
mod views;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, Name, QualifiedName};
use pgwright_ddl::analyze::tree::{Command, Query};
use pgwright_ddl::analyze::{CatalogEnvironment, prepared_query};

/// A column or an expression of a table, as an index would have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A column.
    Column(Name),
    /// An expression, without parentheses around it, and the columns it reads.
    Expression(String, BTreeSet<Name>),
}

impl Key {
    /// The columns that it reads.
    pub fn columns(&self) -> BTreeSet<Name> {
        match self {
            Self::Column(name) => BTreeSet::from([name.clone()]),
            Self::Expression(_, columns) => columns.clone(),
        }
    }
}

/// A key in an order that rows are wanted in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sorted {
    /// The key.
    pub key: Key,
    /// DESC.
    pub descending: bool,
    /// NULLS FIRST.
    pub nulls_first: bool,
}

/// A search that only an index of another kind than B-tree can serve.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Special {
    /// What is searched.
    pub key: Key,
    /// Access method: `gin` or `gist`.
    pub method: &'static str,
    /// Operator class, where it is not the type's default.
    pub class: Option<&'static str>,
    /// The operator, as written.
    pub operator: String,
}

/// A condition on constants alone: what a partial index could be limited to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Constant {
    /// As SQL over the table's columns.
    pub predicate: String,
    /// The columns that it reads.
    pub columns: BTreeSet<Name>,
    /// It is about single values (`status = 'open'`, `deleted_at IS NULL`), which stay in an application's
    /// statements, as bounds of a range do not.
    pub values: bool,
}

/// What one place of a statement asks of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Access {
    /// The table or materialized view.
    pub table: Option<QualifiedName>,
    /// Compared by `=`, IN or `= ANY` with something that does not depend on the row.
    pub equal: BTreeSet<Key>,
    /// Compared by `=` with another relation's row.
    pub joined: BTreeSet<Key>,
    /// Compared by `<` and its like, or by a pattern with a beginning.
    pub ranges: BTreeSet<Key>,
    /// Matched with a pattern that has a beginning, so that a B-tree needs an operator class for patterns.
    pub prefixes: BTreeSet<Key>,
    /// Tested for null.
    pub nulls: BTreeSet<Key>,
    /// Searches for other kinds of index.
    pub special: BTreeSet<Special>,
    /// Conditions on constants.
    pub constants: BTreeSet<Constant>,
    /// Orders in which rows are wanted: ORDER BY, windows, `min` and `max`.
    pub orders: BTreeSet<Vec<Sorted>>,
    /// Lists of keys that rows are grouped by, or made distinct.
    pub groups: BTreeSet<Vec<Key>>,
    /// Whether only the first rows of the order are wanted.
    pub limited: bool,
    /// The columns that are read.
    pub used: BTreeSet<Name>,
    /// Arms of an OR: each with what it asks beyond the rest.
    pub arms: Vec<Access>,
}

/// What a statement changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The table.
    pub table: QualifiedName,
    /// INSERT, UPDATE, DELETE, or MERGE, which counts as both of the first.
    pub inserts: bool,
    /// Columns that UPDATE sets.
    pub updates: BTreeSet<Name>,
    /// DELETE.
    pub deletes: bool,
    /// Values that it writes are the table's latest: `now()` and the like, by column.
    pub latest: BTreeSet<Name>,
}

/// A statement, understood.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Tables read, one for each place.
    pub accesses: Vec<Access>,
    /// The table changed.
    pub changes: Vec<Change>,
    /// The statement as analysed, views put in; none when it was not understood.
    pub query: Option<Query>,
    /// Why it was not understood.
    pub problem: Option<String>,
}

/// The schemas in which names without a schema are looked for, where an application's search path is not known:
/// `public`, and then all of the catalog.
pub fn search_path(catalog: &Catalog) -> Vec<&str> {
    let tables = catalog.tables.keys().map(|t| &t.schema);
    let mut path = vec!["public"];
    for schema in catalog.schemas.keys().chain(tables) {
        if !path.contains(&schema.as_str()) {
            path.push(schema.as_str());
        }
    }
    path
}

/// Reads statements against one catalog.
pub struct Reader<'c> {
    catalog: &'c Catalog,
    environment: CatalogEnvironment<'c>,
}

impl<'c> Reader<'c> {
    /// Names mean what they mean to a server with this search path.
    pub fn new(catalog: &'c Catalog, search_path: &[&str]) -> Self {
        Self {
            catalog,
            environment: CatalogEnvironment::new(catalog, search_path),
        }
    }

    /// What a statement asks and changes. One that is not understood asks nothing, and says why.
    pub fn read(&self, text: &str) -> Reading {
        let mut query = match prepared_query(text, &self.environment) {
            Ok(query) => query,
            Err(undecided) => {
                return Reading {
                    problem: Some(undecided.to_string()),
                    ..Reading::default()
                };
            }
        };
        views::put_in(&mut query, self.catalog, &self.environment);
        let accesses = walk::accesses(&query);
        Reading {
            accesses,
            changes: changes(&query),
            query: Some(query),
            problem: None,
        }
    }
}

/// The tables that a statement changes, those of its WITH clause among them.
fn changes(query: &Query) -> Vec<Change> {
    let mut found: Vec<Change> = query
        .ctes
        .iter()
        .filter_map(|cte| cte.query.as_deref())
        .flat_map(changes)
        .collect();
    let Some(entry) = query
        .result_relation
        .and_then(|n| query.range_table.get(n.checked_sub(1)?))
    else {
        return found;
    };
    let Some(table) = scope::table_of(entry) else {
        return found;
    };
    let name = |attno: i16| {
        let place = usize::try_from(attno).ok()?.checked_sub(1)?;
        Some(Name::new(&*entry.columns.get(place)?.name))
    };
    let mut change = Change {
        table,
        inserts: matches!(query.command, Command::Insert | Command::Merge),
        updates: BTreeSet::new(),
        deletes: query.command == Command::Delete,
        latest: BTreeSet::new(),
    };
    let updated = query.on_conflict.iter().flat_map(|c| &c.set);
    let merged = query
        .merge_actions
        .iter()
        .filter(|a| a.command == Command::Update);
    let merged = merged.flat_map(|a| &a.targets);
    let own = query
        .targets
        .iter()
        .filter(|_| query.command == Command::Update);
    for target in own.chain(updated).chain(merged).filter(|t| !t.junk) {
        change.updates.extend(name(target.resno));
    }
    for target in query.targets.iter().filter(|t| !t.junk) {
        if place::is_now(&target.expr) {
            change.latest.extend(name(target.resno));
        }
    }
    found.push(change);
    found
}

/// The accesses of all statements, by table.
pub fn by_table(readings: &[Reading]) -> BTreeMap<&QualifiedName, Vec<(usize, &Access)>> {
    let mut found: BTreeMap<&QualifiedName, Vec<(usize, &Access)>> = BTreeMap::new();
    for (number, reading) in readings.iter().enumerate() {
        for access in &reading.accesses {
            if let Some(table) = &access.table {
                found.entry(table).or_default().push((number, access));
            }
        }
    }
    found
}
