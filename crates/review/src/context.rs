//! What rules look at: a catalog with what is worked out of it once.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Catalog, Column, ConstraintKind, Expression, ForeignKey, IndexKey, Key, Name, ObjectId,
    QualifiedName, Table,
};
use pgwright_ddl::expr::Expr;

use crate::expression;
use crate::purpose::Purpose;
use crate::settings::Settings;

/// A schema, with what rules ask of it again and again.
#[derive(Debug)]
pub struct Context<'a> {
    /// The schema.
    pub catalog: &'a Catalog,
    /// The major version that it is for.
    pub version: u32,
    /// What the user has set.
    pub settings: &'a Settings,
    tables: Vec<TableView<'a>>,
    by_name: BTreeMap<&'a QualifiedName, usize>,
    references: BTreeMap<&'a QualifiedName, Vec<Reference<'a>>>,
    by_thing: BTreeMap<String, Vec<&'a QualifiedName>>,
}

/// A foreign key with the table that holds it.
#[derive(Debug, Clone, Copy)]
pub struct Reference<'a> {
    /// The table that holds it.
    pub from: &'a QualifiedName,
    /// Its name.
    pub name: &'a Name,
    /// The foreign key.
    pub key: &'a ForeignKey,
}

/// A table, with what is worked out of it once.
#[derive(Debug)]
pub struct TableView<'a> {
    /// Its name.
    pub name: &'a QualifiedName,
    /// The table.
    pub table: &'a Table,
    /// All its columns, those from parents included.
    pub columns: Vec<&'a Column>,
    /// What it is for.
    pub purpose: Purpose,
    checks: OnceCell<Vec<(&'a Name, Expr)>>,
}

impl<'a> Context<'a> {
    /// Works out what rules ask.
    pub fn new(catalog: &'a Catalog, version: u32, settings: &'a Settings) -> Self {
        let mut tables = Vec::with_capacity(catalog.tables.len());
        let mut by_name = BTreeMap::new();
        let mut references: BTreeMap<_, Vec<Reference<'_>>> = BTreeMap::new();
        let mut by_thing: BTreeMap<String, Vec<&QualifiedName>> = BTreeMap::new();
        for (name, table) in &catalog.tables {
            by_name.insert(name, tables.len());
            tables.push(TableView {
                name,
                table,
                columns: catalog.columns_of(name),
                purpose: Purpose::of(name, table, catalog),
                checks: OnceCell::new(),
            });
            for (key_name, key) in table.foreign_keys() {
                references
                    .entry(&key.references)
                    .or_default()
                    .push(Reference {
                        from: name,
                        name: key_name,
                        key,
                    });
            }
            if table.partition_of.is_none() {
                let thing = crate::words::singular_key(name.name.as_str());
                by_thing.entry(thing).or_default().push(name);
            }
        }
        Self {
            catalog,
            version,
            settings,
            tables,
            by_name,
            references,
            by_thing,
        }
    }

    /// The tables that people maintain: no partitions, which follow their parents, no foreign tables, and
    /// nothing that a tool keeps for itself.
    pub fn tables(&self) -> impl Iterator<Item = &TableView<'a>> {
        self.tables.iter().filter(|view| {
            view.table.partition_of.is_none()
                && view.table.foreign.is_none()
                && view.purpose != Purpose::Bookkeeping
        })
    }

    /// Every table.
    pub fn every_table(&self) -> impl Iterator<Item = &TableView<'a>> {
        self.tables.iter()
    }

    /// The table of that name.
    pub fn table(&self, name: &QualifiedName) -> Option<&TableView<'a>> {
        self.by_name.get(name).map(|at| &self.tables[*at])
    }

    /// Foreign keys that point at a table.
    pub fn references_to(&self, name: &QualifiedName) -> &[Reference<'a>] {
        self.references.get(name).map_or(&[], Vec::as_slice)
    }

    /// The sequence that a column's default takes its values from.
    pub fn sequence_of(&self, column: &Column) -> Option<QualifiedName> {
        let default = column.default.as_ref()?.sql();
        let quoted = default.strip_prefix("nextval('")?.split('\'').next()?;
        let names: Vec<String> = pgwright_catalog::write::scan(quoted)
            .iter()
            .filter_map(|token| token.name())
            .collect();
        match names.as_slice() {
            [schema, name] => Some(QualifiedName::new(schema.clone(), name.clone())),
            [name] => Some(QualifiedName::new("public", name.clone())),
            _ => None,
        }
    }

    /// The tables of a schema whose rows are such things: `customers` for `customer`.
    pub fn tables_of_thing(&self, thing: &str, schema: &Name) -> Vec<&'a QualifiedName> {
        let thing = crate::words::singular_key(thing);
        let all = self.by_thing.get(&thing).map_or(&[][..], Vec::as_slice);
        all.iter()
            .copied()
            .filter(|n| &n.schema == schema)
            .collect()
    }
}

impl<'a> TableView<'a> {
    /// Its object id.
    pub fn id(&self) -> ObjectId {
        ObjectId::Table(self.name.clone())
    }

    /// The object id of a column.
    pub fn column_id(&self, column: &Name) -> ObjectId {
        ObjectId::Column(self.name.clone(), column.clone())
    }

    /// The object id of an index.
    pub fn index_id(&self, name: &Name) -> ObjectId {
        ObjectId::Index(self.name.clone(), name.clone())
    }

    /// The object id of a constraint.
    pub fn constraint_id(&self, name: &Name) -> ObjectId {
        ObjectId::Constraint(self.name.clone(), name.clone())
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&'a Column> {
        self.columns
            .iter()
            .copied()
            .find(|c| c.name.as_str() == name)
    }

    /// True when a column can be null.
    pub fn nullable(&self, name: &Name) -> bool {
        let in_key = self
            .table
            .primary_key()
            .is_some_and(|(_, key)| key.columns.contains(name));
        !in_key && self.column(name.as_str()).is_some_and(|c| !c.not_null)
    }

    /// The columns of its primary key.
    pub fn primary_key(&self) -> &'a [Name] {
        self.table
            .primary_key()
            .map_or(&[], |(_, key)| key.columns.as_slice())
    }

    /// Its checks as trees, those that can be read.
    pub fn checks(&self) -> &[(&'a Name, Expr)] {
        self.checks.get_or_init(|| {
            let constraints = self.table.constraints.iter();
            constraints
                .filter_map(|(name, constraint)| match &constraint.kind {
                    ConstraintKind::Check(check) => Some((name, expression::parse(check.sql())?)),
                    _ => None,
                })
                .collect()
        })
    }

    /// Whether a check says anything of a column.
    pub fn is_checked(&self, column: &str) -> bool {
        self.checks()
            .iter()
            .any(|(_, check)| expression::columns(check).contains(column))
    }

    /// Primary key, unique constraints, and unique indexes of columns without a predicate: the sets of
    /// columns of which no two rows have the same values.
    pub fn unique_sets(&self) -> Vec<BTreeSet<&'a Name>> {
        let mut sets: Vec<BTreeSet<&Name>> = self
            .table
            .keys()
            .map(|(_, key)| key.columns.iter().collect())
            .collect();
        for index in self.table.indexes.values() {
            if !index.unique || index.predicate.is_some() {
                continue;
            }
            let columns: Option<BTreeSet<&Name>> = index
                .elements
                .iter()
                .map(|element| match &element.key {
                    IndexKey::Column(column) => Some(column),
                    IndexKey::Expression(_) => None,
                })
                .collect();
            sets.extend(columns);
        }
        sets
    }

    /// Whether an index lets rows be found by all of these columns: they come first in it, in whatever
    /// order, and its predicate takes no row away that a search by values could want.
    pub fn finds(&self, wanted: &[Name]) -> bool {
        let set: BTreeSet<&Name> = wanted.iter().collect();
        let leads = |columns: &[Option<&Name>]| {
            columns.len() >= set.len()
                && columns[..set.len()]
                    .iter()
                    .map(|c| c.filter(|c| set.contains(c)))
                    .collect::<Option<BTreeSet<_>>>()
                    .is_some_and(|found| found.len() == set.len())
        };
        let by_key = self.table.constraints.values().any(|c| match &c.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                leads(&key_columns(key))
            }
            ConstraintKind::Exclusion {
                method,
                elements,
                predicate: None,
                ..
            } if method.as_str() == "gist" => {
                let elements = elements.iter().filter(|e| e.operator == "=");
                leads(
                    &elements
                        .map(|e| element_column(&e.element))
                        .collect::<Vec<_>>(),
                )
            }
            _ => false,
        });
        by_key
            || self.table.indexes.values().any(|index| {
                let method = index.method.as_str();
                let columns: Vec<_> = index.elements.iter().map(element_column).collect();
                let usable = match method {
                    "btree" => leads(&columns),
                    "hash" => set.len() == 1 && leads(&columns),
                    _ => false,
                };
                usable
                    && index
                        .predicate
                        .as_ref()
                        .is_none_or(|p| only_not_null(p, &set))
            })
    }
}

/// Whether a predicate leaves out no more than rows in which one of the columns is null.
fn only_not_null(predicate: &Expression, columns: &BTreeSet<&Name>) -> bool {
    let Some(expr) = expression::parse(predicate.sql()) else {
        return false;
    };
    let parts = match expr {
        Expr::And(parts) => parts,
        one => vec![one],
    };
    parts.iter().all(|part| match part {
        Expr::IsNull {
            operand,
            negated: true,
        } => matches!(&**operand, Expr::Column(path)
            if path.last().is_some_and(|name| columns.contains(&Name::new(name.clone())))),
        _ => false,
    })
}

pub(crate) fn key_columns(key: &Key) -> Vec<Option<&Name>> {
    key.columns.iter().map(Some).collect()
}

pub(crate) fn element_column(element: &pgwright_catalog::IndexElement) -> Option<&Name> {
    match &element.key {
        IndexKey::Column(column) => Some(column),
        IndexKey::Expression(_) => None,
    }
}
