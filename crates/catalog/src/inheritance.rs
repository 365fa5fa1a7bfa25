//! What tables get from their parents, and what is left for them to say themselves.
//!
//! Both readers, that of a server and that of SQL text, know every column of every table. A catalog
//! holds of a child only what is its own; what that is, is decided here, once.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Catalog, Column, Expression, Index, Name, NotNull, QualifiedName, Table, TypeKind,
    automatic_name,
};

/// Which NOT NULL constraints a child by plain inheritance has from its parents alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InheritedNotNull {
    /// PostgreSQL 18 knows: these columns.
    Known(BTreeSet<(QualifiedName, Name)>),
    /// Older servers do not know: all of which a parent has one, as pg_dump takes it.
    Unknown,
}

/// Leaves every table only the columns that are its own, and says of each partition whether it must be
/// [attached](crate::PartitionOf::attached).
///
/// Before, every table has all its columns; those that are not local are [`Column::inherited`], and
/// [`NotNull::name`] is the constraint's name wherever it is known, the automatic one too.
pub fn leave_out_inherited(catalog: &mut Catalog, inherited: &InheritedNotNull) {
    complete_where_all_have_parts(catalog);
    let parents: BTreeSet<&QualifiedName> = catalog.tables.values().flat_map(parents_of).collect();
    let given: BTreeMap<QualifiedName, Vec<Column>> = parents
        .into_iter()
        .filter_map(|name| {
            let columns = catalog.tables.get(name)?.columns.iter();
            Some((name.clone(), columns.map(as_inherited).collect()))
        })
        .collect();
    let types = &catalog.types;
    for (name, table) in &mut catalog.tables {
        if let Some(of_type) = &table.of_type {
            let attributes = match types.get(of_type).map(|t| &t.kind) {
                Some(TypeKind::Composite(attributes)) => attributes.as_slice(),
                _ => &[],
            };
            let given: Vec<Column> = attributes
                .iter()
                .map(|attribute| Column {
                    collation: attribute.collation.clone(),
                    ..Column::new(attribute.name.clone(), attribute.data_type.clone())
                })
                .collect();
            table.columns.retain(|column| !given.contains(column));
        } else if let Some(partition) = &mut table.partition_of {
            let Some(given) = given.get(&partition.parent) else {
                continue;
            };
            partition.attached = !can_be_made_as_partition(&table.columns, given);
            leave_out_given(partition.attached, &mut table.columns, given);
        } else if !table.inherits.is_empty() {
            let parents = || table.inherits.iter().map(|parent| given.get(parent));
            let none_empty = parents().all(|given| given.is_some_and(|given| !given.is_empty()));
            let given = merged(parents().flatten());
            leave_out_of_child(name, &mut table.columns, given, none_empty, inherited);
        }
        for column in &mut table.columns {
            let automatic = object_name(name.name.as_str(), column.name.as_str(), "not_null");
            let said = &mut column.not_null_constraint.name;
            if said.as_ref().is_some_and(|name| name.as_str() == automatic) {
                *said = None;
            }
        }
    }
}

/// An index of a partitioned table that is not complete is so for want of parts of partitions. A server
/// goes on to call it so when the partitions without a part are gone, which nothing that can be said
/// brings about again.
fn complete_where_all_have_parts(catalog: &mut Catalog) {
    let mut wanting: BTreeSet<(QualifiedName, Name)> = BTreeSet::new();
    for table in catalog.tables.values() {
        let Some(of) = &table.partition_of else {
            continue;
        };
        let parent = catalog.tables.get(&of.parent);
        for (name, _) in parent.into_iter().flat_map(|p| &p.indexes) {
            let has_part = |index: &Index| index.parent.as_ref() == Some(name);
            if !table.indexes.values().any(has_part) {
                wanting.insert((of.parent.clone(), name.clone()));
            }
        }
    }
    for (table, definition) in &mut catalog.tables {
        for (name, index) in &mut definition.indexes {
            index.only &= wanting.contains(&(table.clone(), name.clone()));
        }
    }
}

fn parents_of(table: &Table) -> impl Iterator<Item = &QualifiedName> {
    let partitioned = table.partition_of.iter().map(|partition| &partition.parent);
    partitioned.chain(&table.inherits)
}

/// What a child or partition gets of a column.
fn as_inherited(column: &Column) -> Column {
    let not_null = column.not_null && !column.not_null_constraint.no_inherit;
    Column {
        not_null,
        not_null_constraint: NotNull {
            comment: None,
            ..match not_null {
                true => column.not_null_constraint.clone(),
                false => NotNull::default(),
            }
        },
        identity: None,
        statistics: None,
        options: BTreeMap::new(),
        foreign_options: BTreeMap::new(),
        inherited: false,
        comment: None,
        ..column.clone()
    }
}

/// Columns of several parents: what any of them demands is demanded.
fn merged<'a>(parents: impl Iterator<Item = &'a Vec<Column>>) -> Vec<Column> {
    let mut merged: Vec<Column> = Vec::new();
    for column in parents.flatten() {
        match merged.iter_mut().find(|known| known.name == column.name) {
            Some(known) => {
                if column.not_null && !known.not_null {
                    known.not_null = true;
                    known.not_null_constraint = column.not_null_constraint.clone();
                }
                known.default = match (known.default.take(), &column.default) {
                    // The child has to choose: what it chose equals no expression of a parent.
                    (Some(one), Some(other)) if one != *other => Some(Expression::new("")),
                    (Some(one), _) => Some(one),
                    (None, other) => other.clone(),
                };
                known.compression = known
                    .compression
                    .take()
                    .or_else(|| column.compression.clone());
            }
            None => merged.push(column.clone()),
        }
    }
    merged
}

/// `PARTITION OF` gives all columns of the parent in their order; it can add to them and choose other
/// defaults, but take nothing away.
fn can_be_made_as_partition(columns: &[Column], given: &[Column]) -> bool {
    let fits = |(column, given): (&Column, &Column)| {
        let not_null = |c: &Column| NotNull {
            comment: None,
            ..c.not_null_constraint.clone()
        };
        column.name == given.name
            && column.data_type == given.data_type
            && (!given.not_null || (column.not_null && not_null(column) == not_null(given)))
            && (given.default.is_none() || column.default.is_some())
            && column.generated == given.generated
            && column.collation == given.collation
            && column.storage == given.storage
            && column.compression == given.compression
    };
    columns.len() == given.len() && columns.iter().zip(given).all(fits)
}

fn leave_out_given(attached: bool, columns: &mut Vec<Column>, given: &[Column]) {
    for column in columns.iter_mut() {
        column.inherited = false;
    }
    if attached {
        return;
    }
    columns.retain(|column| !given.contains(column));
    for column in columns {
        if let Some(given) = given.iter().find(|given| given.name == column.name) {
            forget_given_name(column, given);
        }
    }
}

fn leave_out_of_child(
    table: &QualifiedName,
    columns: &mut Vec<Column>,
    mut given: Vec<Column>,
    none_empty: bool,
    inherited: &InheritedNotNull,
) {
    // One that has all columns of its own is made by itself, with names of its own
    // (see `Catalog::inherits_later`).
    let by_itself = none_empty
        && given.iter().all(|given| {
            let own = columns.iter().find(|c| c.name == given.name);
            own.is_some_and(|own| {
                let demands = || {
                    own.not_null
                        && match inherited {
                            InheritedNotNull::Known(columns) => {
                                !columns.contains(&(table.clone(), own.name.clone()))
                            }
                            InheritedNotNull::Unknown => false,
                        }
                };
                !own.inherited && (!given.not_null || demands())
            })
        });
    for column in columns.iter_mut() {
        let Some(given) = given.iter_mut().find(|given| given.name == column.name) else {
            continue;
        };
        let from_parents = match inherited {
            InheritedNotNull::Known(columns) => {
                columns.contains(&(table.clone(), column.name.clone()))
            }
            InheritedNotNull::Unknown => given.not_null,
        };
        if from_parents && column.not_null_constraint.comment.is_none() {
            // Said by the parent, as its checks are.
            column.not_null = false;
            column.not_null_constraint = NotNull::default();
            given.not_null = false;
            given.not_null_constraint = NotNull::default();
        } else if !by_itself {
            forget_given_name(column, given);
        }
    }
    columns.retain(|column| {
        let same = |given: &Column| {
            Column {
                inherited: true,
                ..given.clone()
            } == *column
        };
        !column.inherited || !given.iter().any(same)
    });
}

/// A constraint merged with the parent's has its name without anyone saying so.
fn forget_given_name(column: &mut Column, given: &Column) {
    if given.not_null && column.not_null_constraint.name == given.not_null_constraint.name {
        column.not_null_constraint.name = None;
    }
}

/// The name that PostgreSQL gives to what belongs to a table's column: `table_column_label`, cut to 63
/// bytes where the longer of both names is the one to give way.
pub fn object_name(table: &str, column: &str, label: &str) -> String {
    automatic_name(table, Some(column), label).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{PartitionBound, PartitionOf};

    fn table(columns: impl IntoIterator<Item = Column>) -> Table {
        Table {
            columns: columns.into_iter().collect(),
            ..Table::default()
        }
    }

    fn name(text: &str) -> QualifiedName {
        QualifiedName::new("s", text)
    }

    fn names(table: &Table) -> Vec<&str> {
        table.columns.iter().map(|c| c.name.as_str()).collect()
    }

    fn partition(columns: impl IntoIterator<Item = Column>) -> Table {
        Table {
            partition_of: Some(PartitionOf {
                parent: name("parent"),
                bound: PartitionBound::Default,
                attached: false,
            }),
            ..table(columns)
        }
    }

    #[test]
    fn names_are_cut_where_they_are_longest() {
        assert_eq!(object_name("a", "b", "seq"), "a_b_seq");
        let long = object_name(&"t".repeat(63), "id", "not_null");
        assert_eq!(long.len(), 63);
        assert!(long.ends_with("_id_not_null"));
        let umlauts = object_name(&"ä".repeat(31), "id", "not_null");
        assert!(umlauts.len() <= 63 && umlauts.ends_with("_id_not_null"));
    }

    #[test]
    fn partitions_keep_what_differs_or_are_attached() {
        let id = || Column::new("id", "integer").not_null();
        let kind = || Column::new("kind", "text").default("'k'::text");
        let mut catalog = Catalog::empty();
        let mut add = |name: &str, table| catalog.tables.insert(super::tests::name(name), table);
        add("parent", table([id(), kind()]));
        add("same", partition([id(), kind()]));
        add("other", partition([id(), kind().default("'o'::text")]));
        add("bare", partition([id(), Column::new("kind", "text")]));
        add("turned", partition([kind(), id()]));
        leave_out_inherited(&mut catalog, &InheritedNotNull::Unknown);
        let held = |text| {
            let table = &catalog.tables[&name(text)];
            let attached = table.partition_of.as_ref().unwrap().attached;
            (names(table), attached)
        };
        assert_eq!(held("same"), (vec![], false));
        assert_eq!(held("other"), (vec!["kind"], false));
        assert_eq!(held("bare"), (vec!["id", "kind"], true));
        assert_eq!(held("turned"), (vec!["kind", "id"], true));
    }

    #[test]
    fn children_keep_their_own_columns_and_what_differs() {
        let inherited = |column: Column| Column {
            inherited: true,
            ..column
        };
        let mut catalog = Catalog::empty();
        let parent = table([
            Column::new("id", "integer").not_null(),
            Column::new("n", "text"),
        ]);
        catalog.tables.insert(name("parent"), parent);
        let child = Table {
            inherits: vec![name("parent")],
            ..table([
                inherited(Column::new("id", "integer").not_null()),
                inherited(Column::new("n", "text").default("''::text")),
                Column::new("own", "text"),
            ])
        };
        catalog.tables.insert(name("child"), child);
        leave_out_inherited(&mut catalog, &InheritedNotNull::Unknown);
        let child = &catalog.tables[&name("child")];
        assert_eq!(names(child), ["n", "own"]);
        assert!(child.columns[0].inherited);
    }
}
