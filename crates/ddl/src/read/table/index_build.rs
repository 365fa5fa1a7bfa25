//! Puts an index, or a constraint with the index behind it, on a table and its parts on
//! the partitions; ALTER INDEX ATTACH PARTITION.

use std::collections::BTreeSet;

use pgwright_catalog::{
    Constraint, ConstraintKind, Index, IndexElement, IndexKey, Key, Name, QualifiedName,
};

use super::index::{addition, names_of, unique_names};
use crate::read::failure::Failure;
use crate::read::state::{Origin, State, has_index};

/// What is built: an index, or a constraint with the index behind it.
#[derive(Debug, Clone)]
pub(super) enum Built {
    Index(Index),
    Constraint(Constraint),
}

impl Built {
    fn parent_mut(&mut self) -> &mut Option<Name> {
        match self {
            Self::Index(index) => &mut index.parent,
            Self::Constraint(constraint) => &mut constraint.parent,
        }
    }

    /// A copy for a partition, without what is not copied.
    fn for_partition(&self, parent: &Name) -> Self {
        let mut copy = self.clone();
        match &mut copy {
            Self::Index(index) => {
                index.comment = None;
                index.only = false;
                for element in &mut index.elements {
                    element.statistics = None;
                }
            }
            Self::Constraint(constraint) => {
                constraint.comment = None;
                constraint.index_comment = None;
            }
        }
        *copy.parent_mut() = Some(parent.clone());
        copy
    }

    pub(super) fn column_names(&self) -> Vec<String> {
        match self {
            Self::Index(index) => names_of(&index.elements, &index.include),
            Self::Constraint(constraint) => match &constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    let columns = key.columns.iter().chain(&key.include);
                    unique_names(columns.map(Name::to_string).collect())
                }
                ConstraintKind::Exclusion {
                    elements, include, ..
                } => {
                    let elements: Vec<_> =
                        elements.iter().map(|held| held.element.clone()).collect();
                    names_of(&elements, include)
                }
                _ => Vec::new(),
            },
        }
    }

    /// Whether another one could be its part of a partition: all but names, order and storage.
    fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Index(a), Self::Index(b)) => {
                a.method == b.method
                    && a.unique == b.unique
                    && a.nulls_not_distinct == b.nulls_not_distinct
                    && same_keys(&a.elements, &b.elements)
                    && a.include == b.include
                    && a.predicate == b.predicate
            }
            (Self::Constraint(a), Self::Constraint(b)) => {
                let same_key = |a: &Key, b: &Key| {
                    a.columns == b.columns
                        && a.include == b.include
                        && a.nulls_not_distinct == b.nulls_not_distinct
                        && a.without_overlaps == b.without_overlaps
                };
                a.deferrability == b.deferrability
                    && match (&a.kind, &b.kind) {
                        (ConstraintKind::PrimaryKey(a), ConstraintKind::PrimaryKey(b))
                        | (ConstraintKind::Unique(a), ConstraintKind::Unique(b)) => same_key(a, b),
                        (a, b) => a == b,
                    }
            }
            _ => false,
        }
    }
}

fn same_keys(a: &[IndexElement], b: &[IndexElement]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.key == b.key && a.operator_class == b.operator_class && a.collation == b.collation
        })
}

/// Puts an index or constraint on a table, and its parts on the partitions.
pub(super) fn build(
    state: &mut State,
    on: &QualifiedName,
    name: Option<Name>,
    mut built: Built,
    names: &[String],
    recurse: bool,
) -> Result<Name, Failure> {
    let (partitioned, has_primary) = match state.catalog.tables.get(on) {
        Some(table) => {
            check_partition_key(table.partition_by.as_ref(), &built)?;
            (table.partition_by.is_some(), table.primary_key().is_some())
        }
        None => (false, false),
    };
    if let Built::Constraint(constraint) = &built
        && matches!(constraint.kind, ConstraintKind::PrimaryKey(_))
        && has_primary
    {
        return Err(Failure::new(format!(
            "multiple primary keys for table \"{}\" are not allowed",
            on.name
        )));
    }
    let name = match name {
        Some(name) => {
            let full = QualifiedName::new(on.schema.clone(), name.clone());
            if state.relation_kind(&full).is_some() {
                return Err(Failure::exists("relation", name.as_str()));
            }
            if matches!(built, Built::Constraint(_)) && state.constraint_of_table(on, name.as_str())
            {
                return Err(super::not_null::taken(&name, on));
            }
            name
        }
        None => automatic_name(state, on, &built, names),
    };
    let partitions = if partitioned {
        state.children.get(on).cloned().unwrap_or_default()
    } else {
        Vec::new()
    };
    if let Built::Index(index) = &mut built {
        index.only = !recurse && !partitions.is_empty();
    }
    put(state, on, &name, &built)?;
    if partitioned {
        // The columns of an index keep their names when those of the table are renamed.
        let held = state.held_mut(on);
        held.index_columns.insert(name.clone(), names.to_vec());
    }
    if recurse {
        for partition in partitions {
            build_part(state, &partition, &name, &built, names)?;
        }
    }
    Ok(name)
}

fn put(state: &mut State, on: &QualifiedName, name: &Name, built: &Built) -> Result<(), Failure> {
    match built.clone() {
        Built::Index(index) => state.put_index(on, name.clone(), index),
        Built::Constraint(constraint) => {
            let origin = match constraint.parent {
                Some(_) => Origin::INHERITED,
                None => Origin::LOCAL,
            };
            state.put_constraint(on, name.clone(), constraint, origin)
        }
    }
}

/// Makes an index or constraint of a partition part of its parent's, or makes that part.
pub(super) fn build_part(
    state: &mut State,
    partition: &QualifiedName,
    parent: &Name,
    built: &Built,
    names: &[String],
) -> Result<(), Failure> {
    let table = state.table(partition)?;
    if table.foreign.is_some() {
        return match built {
            Built::Index(index) if !index.unique => Ok(()),
            _ => Err(Failure::new(format!(
                "cannot create unique index on partitioned table with foreign partition \"{}\"",
                partition.name
            ))),
        };
    }
    let found = match built {
        Built::Index(_) => table
            .indexes
            .iter()
            .find(|(_, index)| {
                index.parent.is_none() && built.matches(&Built::Index((*index).clone()))
            })
            .map(|(name, _)| name.clone()),
        Built::Constraint(_) => table
            .constraints
            .iter()
            .find(|(_, held)| {
                held.parent.is_none()
                    && has_index(held)
                    && built.matches(&Built::Constraint((*held).clone()))
            })
            .map(|(name, _)| name.clone()),
    };
    match found {
        Some(name) => attach(state, partition, &name, parent),
        None => {
            let copy = built.for_partition(parent);
            build(state, partition, None, copy, names, true)?;
            Ok(())
        }
    }
}

/// Marks an index or constraint of a partition as part of its parent's.
fn attach(
    state: &mut State,
    partition: &QualifiedName,
    name: &Name,
    parent: &Name,
) -> Result<(), Failure> {
    if let Some(index) = state.table_mut(partition)?.indexes.get_mut(name) {
        index.parent = Some(parent.clone());
        return Ok(());
    }
    if let Some(constraint) = state.table_mut(partition)?.constraints.get_mut(name) {
        constraint.parent = Some(parent.clone());
        let held = state.held_mut(partition);
        held.constraints.insert(name.clone(), Origin::INHERITED);
    }
    Ok(())
}

/// Makes all indexes and key constraints of a partitioned table for a new partition.
pub(super) fn build_all_parts(
    state: &mut State,
    parent: &QualifiedName,
    partition: &QualifiedName,
) -> Result<(), Failure> {
    let table = state.table(parent)?;
    let constraints = table
        .constraints
        .iter()
        .filter(|(_, held)| has_index(held))
        .map(|(name, held)| (name.clone(), Built::Constraint(held.clone())));
    let indexes = table
        .indexes
        .iter()
        .map(|(name, index)| (name.clone(), Built::Index(index.clone())));
    let all: Vec<_> = constraints.chain(indexes).collect();
    for (name, built) in all {
        let names = state
            .held
            .get(parent)
            .and_then(|held| held.index_columns.get(&name).cloned())
            .unwrap_or_else(|| built.column_names());
        build_part(state, partition, &name, &built, &names)?;
    }
    Ok(())
}

fn automatic_name(state: &State, on: &QualifiedName, built: &Built, names: &[String]) -> Name {
    let table = on.name.as_str();
    let taken = |name: &str| {
        matches!(built, Built::Constraint(_)) && state.constraint_name_taken(&on.schema, name)
    };
    let label = match built {
        Built::Index(_) => "idx",
        Built::Constraint(constraint) => match constraint.kind {
            ConstraintKind::PrimaryKey(_) => "pkey",
            ConstraintKind::Exclusion { .. } => "excl",
            _ => "key",
        },
    };
    let second = (label != "pkey").then(|| addition(names.iter().map(String::as_str)));
    state.choose_relation_name(table, second.as_deref(), label, &on.schema, &taken)
}

/// A unique index of a partitioned table must have the columns of the partition key.
fn check_partition_key(
    key: Option<&pgwright_catalog::PartitionKey>,
    built: &Built,
) -> Result<(), Failure> {
    let Some(key) = key else { return Ok(()) };
    let columns: BTreeSet<String> = match built {
        Built::Index(index) if index.unique => index
            .elements
            .iter()
            .filter_map(|element| match &element.key {
                IndexKey::Column(name) => Some(name.quoted()),
                IndexKey::Expression(_) => None,
            })
            .collect(),
        Built::Constraint(constraint) => match &constraint.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                key.columns.iter().map(Name::quoted).collect()
            }
            _ => return Ok(()),
        },
        Built::Index(_) => return Ok(()),
    };
    let missing = key.elements.iter().any(|element| {
        // A column may be followed by its collation or operator class.
        !columns
            .iter()
            .any(|column| element == column || element.starts_with(&format!("{column} ")))
    });
    if missing {
        return Err(Failure::new(
            "unique constraint on partitioned table must include all partitioning columns",
        ));
    }
    Ok(())
}

/// ALTER INDEX … ATTACH PARTITION.
pub(super) fn attach_partition(
    state: &mut State,
    parent: &QualifiedName,
    part: &QualifiedName,
) -> Result<(), Failure> {
    let table_of = |state: &State, index: &QualifiedName| {
        state
            .index_tables
            .get(index)
            .cloned()
            .ok_or_else(|| Failure::missing("relation", index.name.as_str()))
    };
    let on = table_of(state, parent)?;
    let partition = table_of(state, part)?;
    let is_partition = state
        .table(&partition)?
        .partition_of
        .as_ref()
        .is_some_and(|of| of.parent == on);
    let cannot = || {
        Failure::new(format!(
            "cannot attach index \"{}\" as a partition of index \"{}\"",
            part.name, parent.name
        ))
    };
    if !is_partition {
        return Err(cannot());
    }
    let table = state.table(&on)?;
    let of_constraint = table.constraints.contains_key(&parent.name);
    let taken = state.table(&partition)?;
    let already = if of_constraint {
        let same = |(name, held): (&Name, &Constraint)| {
            held.parent.as_ref() == Some(&parent.name) && *name != part.name
        };
        if !taken.constraints.contains_key(&part.name) {
            return Err(cannot());
        }
        taken.constraints.iter().any(same)
    } else {
        let same = |(name, held): (&Name, &Index)| {
            held.parent.as_ref() == Some(&parent.name) && *name != part.name
        };
        taken.indexes.iter().any(same)
    };
    if already {
        return Err(cannot());
    }
    attach(state, &partition, &part.name, &parent.name)?;
    // The parent's index is complete when every partition has its part.
    let partitions = state.children.get(&on).cloned().unwrap_or_default();
    let complete = partitions.iter().all(|partition| {
        state.catalog.tables.get(partition).is_some_and(|table| {
            table
                .indexes
                .values()
                .any(|index| index.parent.as_ref() == Some(&parent.name) && !index.only)
        })
    });
    if complete && let Some(index) = state.table_mut(&on)?.indexes.get_mut(&parent.name) {
        index.only = false;
    }
    Ok(())
}
