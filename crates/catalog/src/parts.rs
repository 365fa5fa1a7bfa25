//! What tables have from their parents: columns, checks, and the parts of indexes and keys.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Catalog, Column, Constraint, ConstraintKind, Index, IndexElement, IndexKey, Name, ObjectId,
    QualifiedName, Table, automatic_name,
};

/// Longer chains of parents are a circle, which no server has.
const DEEPEST: usize = 64;

impl Table {
    /// Parents: the partitioned table, or those of plain inheritance in order.
    pub fn parents(&self) -> impl Iterator<Item = &QualifiedName> {
        let partitioned = self.partition_of.iter().map(|of| &of.parent);
        partitioned.chain(&self.inherits)
    }
}

impl Catalog {
    /// The column as the parents of a table have it: what the table's own column starts from.
    pub fn inherited_column(&self, table: &Table, column: &Name) -> Option<&Column> {
        self.inherited_column_from(table, column, DEEPEST)
    }

    fn inherited_column_from(&self, table: &Table, column: &Name, depth: usize) -> Option<&Column> {
        let depth = depth.checked_sub(1)?;
        table.parents().find_map(|parent| {
            let parent = self.tables.get(parent)?;
            let own = parent.columns.iter().find(|c| c.name == *column);
            own.or_else(|| self.inherited_column_from(parent, column, depth))
        })
    }

    /// True for a child by plain inheritance that defines every column of its parents itself: it can
    /// be made on its own and then inherit, which keeps its columns in their order.
    pub fn inherits_later(&self, table: &Table) -> bool {
        let demands = |column: &Column| column.not_null && !column.not_null_constraint.no_inherit;
        !table.inherits.is_empty()
            && table.inherits.iter().all(|parent| {
                let given = self.all_columns(parent, DEEPEST);
                !given.is_empty()
                    && given.iter().all(|given| {
                        let own = table.columns.iter().find(|c| c.name == given.name);
                        own.is_some_and(|own| !own.inherited && (own.not_null || !demands(given)))
                    })
            })
    }

    /// The columns of a table and those of its parents that it does not list.
    pub fn columns_of(&self, table: &QualifiedName) -> Vec<&Column> {
        self.all_columns(table, DEEPEST)
    }

    fn all_columns(&self, table: &QualifiedName, depth: usize) -> Vec<&Column> {
        let (Some(depth), Some(table)) = (depth.checked_sub(1), self.tables.get(table)) else {
            return Vec::new();
        };
        let mut columns: Vec<&Column> = table.columns.iter().collect();
        for parent in table.parents() {
            for column in self.all_columns(parent, depth) {
                if !columns.iter().any(|c| c.name == column.name) {
                    columns.push(column);
                }
            }
        }
        columns
    }

    /// Checks that a table has from its parents, by name.
    pub fn inherited_checks<'a>(
        &'a self,
        table: &'a Table,
    ) -> BTreeMap<&'a Name, (&'a QualifiedName, &'a Constraint)> {
        let mut checks = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<_> = table.parents().collect();
        while let Some(holder) = open.pop() {
            let Some(parent) = self.tables.get(holder).filter(|_| seen.insert(holder)) else {
                continue;
            };
            for (name, constraint) in &parent.constraints {
                if matches!(constraint.kind, ConstraintKind::Check(_)) && !constraint.no_inherit {
                    checks.entry(name).or_insert((holder, constraint));
                }
            }
            open.extend(parent.parents());
        }
        checks
    }
}

/// Which parts of the indexes and keys of partitioned tables need no statement of their own.
///
/// PostgreSQL makes a part of each index of a partitioned table in each of its partitions, with an
/// automatic name. A part is *implied* when nothing else has to be said of it: its name is the one
/// that PostgreSQL would give, it is defined as its parent is, has no comment, no statistics target
/// and no key on an expression, no other part of the partition would get the same name, and where the
/// partition is partitioned in turn the parts of the part are implied as well.
///
/// An index or key with a listed part that is not implied is *split*: it is made `ON ONLY` its table,
/// each part on its partition, and the parts are attached one by one. So is an index that is marked
/// as [`Index::only`].
#[derive(Debug, Clone, Default)]
pub struct PartitionParts {
    implied: BTreeSet<ObjectId>,
    split: BTreeSet<ObjectId>,
    automatic: BTreeMap<ObjectId, Name>,
}

impl PartitionParts {
    /// Looks at every part that a catalog lists.
    pub fn new(catalog: &Catalog) -> Self {
        let mut partitions: BTreeMap<&QualifiedName, Vec<&QualifiedName>> = BTreeMap::new();
        for (name, table) in &catalog.tables {
            if let Some(of) = &table.partition_of {
                partitions.entry(&of.parent).or_default().push(name);
            }
        }
        let mut parts = Self::default();
        let roots = catalog.tables.iter();
        for (name, _) in roots.filter(|(_, t)| t.partition_of.is_none()) {
            if partitions.contains_key(name) {
                parts.look_at(catalog, &partitions, name, DEEPEST);
            }
        }
        parts
    }

    /// True for a part that PostgreSQL makes by itself with the parent's index or key.
    pub fn is_implied(&self, object: &ObjectId) -> bool {
        self.implied.contains(object)
    }

    /// The name that PostgreSQL gives to a part that it makes by itself, where that is surely known.
    pub fn automatic_name(&self, object: &ObjectId) -> Option<&Name> {
        self.automatic.get(object)
    }

    /// True for an index or key of a partitioned table whose parts are made and attached one by one.
    pub fn is_split(&self, object: &ObjectId) -> bool {
        self.split.contains(object)
    }

    /// Has an index or key made `ON ONLY` its table, and its parts one by one, where every partition
    /// lists its part: while the table is in use each of them can be built without blocking anybody.
    pub fn split_apart(&mut self, catalog: &Catalog, parent: &ObjectId) {
        let (ObjectId::Index(table, name) | ObjectId::Constraint(table, name)) = parent else {
            return;
        };
        let mut open = vec![(table.clone(), name.clone())];
        let mut parents = Vec::new();
        let mut parts = Vec::new();
        let id = |table: &QualifiedName, name: &Name| match parent {
            ObjectId::Index(..) => ObjectId::Index(table.clone(), name.clone()),
            _ => ObjectId::Constraint(table.clone(), name.clone()),
        };
        while let Some((table, name)) = open.pop() {
            if parents.len() > catalog.tables.len() {
                return;
            }
            parents.push(id(&table, &name));
            for (partition, definition) in catalog.partitions_of(&table) {
                let part = match parent {
                    ObjectId::Index(..) => (definition.indexes.iter())
                        .find(|(_, i)| i.parent.as_ref() == Some(&name))
                        .map(|(n, _)| n),
                    _ => (definition.constraints.iter())
                        .find(|(_, c)| c.parent.as_ref() == Some(&name))
                        .map(|(n, _)| n),
                };
                let Some(part) = part else {
                    return;
                };
                parts.push(id(partition, part));
                if definition.partition_by.is_some() {
                    open.push((partition.clone(), part.clone()));
                }
            }
        }
        if parts.is_empty() {
            return;
        }
        for part in &parts {
            self.implied.remove(part);
        }
        self.split.extend(parents);
    }

    /// The partitions of a table, those of lower levels first.
    fn look_at(
        &mut self,
        catalog: &Catalog,
        partitions: &BTreeMap<&QualifiedName, Vec<&QualifiedName>>,
        parent: &QualifiedName,
        depth: usize,
    ) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let Some(parent_table) = catalog.tables.get(parent) else {
            return;
        };
        for (name, index) in &parent_table.indexes {
            if index.only {
                self.split
                    .insert(ObjectId::Index(parent.clone(), name.clone()));
            }
        }
        for &partition in partitions.get(parent).into_iter().flatten() {
            self.look_at(catalog, partitions, partition, depth);
            let Some(table) = catalog.tables.get(partition) else {
                continue;
            };
            let mut listed = Vec::new();
            for (name, index) in &table.indexes {
                if let Some(of) = &index.parent {
                    let id = ObjectId::Index(partition.clone(), name.clone());
                    let parent_id = ObjectId::Index(parent.clone(), of.clone());
                    let automatic = parent_table
                        .indexes
                        .get(of)
                        .and_then(|parent| automatic_index(partition, parent));
                    let same = parent_table
                        .indexes
                        .get(of)
                        .is_some_and(|parent| same_index(index, parent));
                    listed.push((id, parent_id, automatic, name, same));
                }
            }
            for (name, constraint) in &table.constraints {
                if let Some(of) = &constraint.parent {
                    let id = ObjectId::Constraint(partition.clone(), name.clone());
                    let parent_id = ObjectId::Constraint(parent.clone(), of.clone());
                    let automatic = parent_table
                        .constraints
                        .get(of)
                        .and_then(|parent| automatic_key(partition, &parent.kind));
                    let same = parent_table
                        .constraints
                        .get(of)
                        .is_some_and(|parent| same_key(constraint, parent));
                    listed.push((id, parent_id, automatic, name, same));
                }
            }
            let mut times: BTreeMap<Name, usize> = BTreeMap::new();
            for (_, _, automatic, _, _) in &listed {
                if let Some(automatic) = automatic {
                    *times.entry(automatic.clone()).or_default() += 1;
                }
            }
            for (id, parent_id, automatic, name, same) in listed {
                let automatic = automatic.filter(|a| times.get(a) == Some(&1));
                let named = automatic.as_ref() == Some(name);
                self.automatic
                    .extend(automatic.map(|automatic| (id.clone(), automatic)));
                if named && same && !self.split.contains(&id) {
                    self.implied.insert(id);
                } else {
                    self.split.insert(parent_id);
                }
            }
        }
    }
}

/// True when a part says nothing that its parent does not.
fn same_index(part: &Index, parent: &Index) -> bool {
    let plain = |elements: &[IndexElement]| -> Vec<IndexElement> {
        let elements = elements.iter().cloned();
        elements
            .map(|e| IndexElement {
                statistics: None,
                ..e
            })
            .collect()
    };
    part.comment.is_none()
        && part.elements == plain(&parent.elements)
        && part.method == parent.method
        && part.unique == parent.unique
        && part.nulls_not_distinct == parent.nulls_not_distinct
        && part.include == parent.include
        && part.predicate == parent.predicate
        && part.options == parent.options
        && part.tablespace == parent.tablespace
        && !part.only
        && !parent.only
}

fn same_key(part: &Constraint, parent: &Constraint) -> bool {
    part.comment.is_none()
        && part.index_comment.is_none()
        && part.kind == parent.kind
        && part.deferrability == parent.deferrability
}

/// The name that a part of an index gets, when it is surely known.
fn automatic_index(partition: &QualifiedName, index: &Index) -> Option<Name> {
    let mut columns = Vec::new();
    for element in &index.elements {
        match &element.key {
            IndexKey::Column(column) => columns.push(column),
            IndexKey::Expression(_) => return None,
        }
    }
    columns.extend(&index.include);
    of_columns(partition, &columns, "idx")
}

fn automatic_key(partition: &QualifiedName, kind: &ConstraintKind) -> Option<Name> {
    let all = |columns: &'_ [Name], include: &'_ [Name]| -> Vec<Name> {
        columns.iter().chain(include).cloned().collect()
    };
    match kind {
        ConstraintKind::PrimaryKey(_) => {
            Some(automatic_name(partition.name.as_str(), None, "pkey"))
        }
        ConstraintKind::Unique(key) => {
            let columns = all(&key.columns, &key.include);
            of_columns(partition, &columns.iter().collect::<Vec<_>>(), "key")
        }
        ConstraintKind::Exclusion {
            elements, include, ..
        } => {
            let mut columns = Vec::new();
            for element in elements {
                match &element.element.key {
                    IndexKey::Column(column) => columns.push(column),
                    IndexKey::Expression(_) => return None,
                }
            }
            columns.extend(include);
            of_columns(partition, &columns, "excl")
        }
        ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) => None,
    }
}

/// A column that stands twice gets a number, which is not worked out here.
fn of_columns(partition: &QualifiedName, columns: &[&Name], label: &str) -> Option<Name> {
    let different: BTreeSet<_> = columns.iter().collect();
    if different.len() < columns.len() {
        return None;
    }
    let mut joined = String::new();
    for column in columns {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(column.as_str());
        // The server stops here too, and cuts the rest when it makes the name.
        if joined.len() > 63 {
            break;
        }
    }
    Some(automatic_name(
        partition.name.as_str(),
        Some(&joined),
        label,
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{PartitionBound, PartitionKey, PartitionOf};

    fn q(name: &str) -> QualifiedName {
        QualifiedName::new("app", name)
    }

    /// A partitioned table with an index and a key, and a partition with their parts.
    fn catalog(part: &str) -> Catalog {
        let mut catalog = Catalog::empty();
        let mut events = Table {
            columns: vec![Column::new("id", "bigint"), Column::new("at", "date")],
            partition_by: Some(PartitionKey {
                strategy: "RANGE".to_owned(),
                elements: vec!["at".to_owned()],
            }),
            ..Table::default()
        };
        events
            .indexes
            .insert("by_day".into(), Index::btree(["at", "id"]));
        let key = Constraint::primary_key(["id", "at"]);
        events.constraints.insert("events_pkey".into(), key.clone());
        let mut first = Table {
            partition_of: Some(PartitionOf {
                parent: q("events"),
                bound: PartitionBound::Default,
                attached: false,
            }),
            ..Table::default()
        };
        let mut index = Index::btree(["at", "id"]);
        index.parent = Some("by_day".into());
        first.indexes.insert(part.into(), index);
        let key = Constraint {
            parent: Some("events_pkey".into()),
            ..key
        };
        first.constraints.insert("events_1_pkey".into(), key);
        catalog.tables.insert(q("events"), events);
        catalog.tables.insert(q("events_1"), first);
        catalog
    }

    #[test]
    fn parts_with_automatic_names_need_no_statement() {
        let parts = PartitionParts::new(&catalog("events_1_at_id_idx"));
        let index = |table: &str, name: &str| ObjectId::Index(q(table), name.into());
        assert!(parts.is_implied(&index("events_1", "events_1_at_id_idx")));
        assert!(!parts.is_split(&index("events", "by_day")));
        let key = ObjectId::Constraint(q("events_1"), "events_1_pkey".into());
        assert!(parts.is_implied(&key));
    }

    #[test]
    fn a_part_with_a_name_of_its_own_splits_the_index() {
        let parts = PartitionParts::new(&catalog("first_by_day"));
        let index = |table: &str, name: &str| ObjectId::Index(q(table), name.into());
        assert!(!parts.is_implied(&index("events_1", "first_by_day")));
        assert!(parts.is_split(&index("events", "by_day")));
        let key = ObjectId::Constraint(q("events_1"), "events_1_pkey".into());
        assert!(parts.is_implied(&key));
    }

    #[test]
    fn columns_and_checks_come_from_the_nearest_parent() {
        let mut catalog = catalog("x");
        let parent = catalog.tables.get_mut(&q("events")).unwrap();
        parent
            .constraints
            .insert("positive".into(), Constraint::check("id > 0"));
        let child = &catalog.tables[&q("events_1")];
        let column = catalog.inherited_column(child, &"at".into()).unwrap();
        assert_eq!(column.data_type, "date");
        assert!(catalog.inherited_column(child, &"none".into()).is_none());
        assert_eq!(catalog.inherited_checks(child).len(), 1);
    }
}
