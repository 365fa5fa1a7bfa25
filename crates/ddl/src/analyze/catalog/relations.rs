//! Relations of a catalog: tables with what they have from their parents, views, sequences.

use pgwright_catalog::{QualifiedName, Table, TypeKind};

use super::CatalogEnvironment;
use crate::analyze::environment::Relation;
use crate::analyze::tree::{RelationKind, RteColumn, Type};

/// How far up the parents of a table are followed.
const MAXIMUM_PARENTS: usize = 64;

impl CatalogEnvironment<'_> {
    pub(super) fn read_relation(&self, schema: &str, name: &str) -> Option<Relation> {
        let key = QualifiedName::new(schema, name);
        let relation = |kind, columns| Relation {
            schema: schema.into(),
            name: name.into(),
            kind,
            columns,
            primary_key: Vec::new(),
            inherits: Vec::new(),
        };
        if let Some(table) = self.catalog.tables.get(&key) {
            let kind = if table.partition_by.is_some() {
                RelationKind::PartitionedTable
            } else if table.foreign.is_some() {
                RelationKind::ForeignTable
            } else {
                RelationKind::Table
            };
            let mut result = relation(kind, self.table_columns(table, 0));
            result.primary_key = self.primary_key(table, &result.columns);
            let parents = table
                .inherits
                .iter()
                .chain(table.partition_of.iter().map(|p| &p.parent));
            result.inherits = parents
                .map(|p| (p.schema.as_str().into(), p.name.as_str().into()))
                .collect();
            return Some(result);
        }
        if let Some(view) = self.catalog.views.get(&key) {
            return Some(relation(
                RelationKind::View,
                self.view_columns(&view.columns)?,
            ));
        }
        if let Some(view) = self.catalog.materialized_views.get(&key) {
            return Some(relation(
                RelationKind::MaterializedView,
                self.view_columns(&view.columns)?,
            ));
        }
        if self.catalog.sequences.contains_key(&key) || self.is_identity_sequence(&key) {
            return Some(relation(RelationKind::Sequence, sequence_columns()));
        }
        match self.catalog.types.get(&key).map(|t| &t.kind) {
            Some(TypeKind::Composite(attributes)) => Some(relation(
                RelationKind::CompositeType,
                attributes
                    .iter()
                    .map(|a| self.column(&a.name, &a.data_type, a.collation.as_ref()))
                    .collect(),
            )),
            _ => None,
        }
    }

    /// The columns of a table, with those it has from its parents, which come first.
    fn table_columns(&self, table: &Table, depth: usize) -> Vec<RteColumn> {
        let mut columns: Vec<RteColumn> = Vec::new();
        if depth < MAXIMUM_PARENTS {
            // A partition that was attached has all columns itself, in its own order.
            let attached = table.partition_of.as_ref().is_some_and(|p| p.attached);
            let parents = table
                .inherits
                .iter()
                .chain(table.partition_of.iter().map(|p| &p.parent));
            for parent in parents.filter(|_| !attached) {
                let Some(parent) = self.catalog.tables.get(parent) else {
                    continue;
                };
                for column in self.table_columns(parent, depth + 1) {
                    if !columns.iter().any(|c| c.name == column.name) {
                        columns.push(column);
                    }
                }
            }
        }
        if let Some(of) = &table.of_type
            && let Some(TypeKind::Composite(attributes)) =
                self.catalog.types.get(of).map(|t| &t.kind)
        {
            columns.extend(
                attributes
                    .iter()
                    .map(|a| self.column(&a.name, &a.data_type, a.collation.as_ref())),
            );
        }
        for column in &table.columns {
            let read = self.column(&column.name, &column.data_type, column.collation.as_ref());
            match columns.iter_mut().find(|c| c.name == read.name) {
                Some(same) => *same = read,
                None => columns.push(read),
            }
        }
        columns
    }

    fn primary_key(&self, table: &Table, columns: &[RteColumn]) -> Vec<i16> {
        let Some((_, key)) = table.primary_key() else {
            return Vec::new();
        };
        key.columns
            .iter()
            .filter_map(|name| {
                let place = columns.iter().position(|c| *c.name == *name.as_str())?;
                i16::try_from(place + 1).ok()
            })
            .collect()
    }

    /// The columns of a view; none while the type of one is not known.
    fn view_columns(&self, columns: &[pgwright_catalog::ViewColumn]) -> Option<Vec<RteColumn>> {
        if columns.is_empty() {
            return None;
        }
        columns
            .iter()
            .map(|column| Some(self.column(&column.name, column.data_type.as_deref()?, None)))
            .collect()
    }

    /// Whether a name is that of the sequence behind an identity column.
    fn is_identity_sequence(&self, key: &QualifiedName) -> bool {
        let first = QualifiedName::new(key.schema.clone(), "");
        let of_schema = self
            .catalog
            .tables
            .range(first..)
            .take_while(|(table, _)| table.schema == key.schema);
        of_schema.into_iter().any(|(table, t)| {
            t.columns.iter().any(|column| {
                column
                    .identity
                    .as_ref()
                    .is_some_and(|identity| match &identity.name {
                        Some(name) => name == key,
                        None => key.name.as_str() == format!("{}_{}_seq", table.name, column.name),
                    })
            })
        })
    }
}

fn sequence_columns() -> Vec<RteColumn> {
    [
        ("last_value", Type::INT8),
        ("log_cnt", Type::INT8),
        ("is_called", Type::BOOL),
    ]
    .into_iter()
    .map(|(name, data_type)| RteColumn {
        name: name.into(),
        data_type,
        typmod: -1,
        collation: None,
    })
    .collect()
}
