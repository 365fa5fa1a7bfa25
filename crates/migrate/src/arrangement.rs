//! How changes that wait for nothing are arranged: by kind, or object by object.

use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName};

use crate::change::{Change, Rank};
use crate::step::FileGroup;

/// How the steps of a plan are arranged, as far as what they need leaves it open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Arrangement {
    /// By kind: all tables, then all foreign keys, then all indexes, as the files of a package are.
    #[default]
    ByKind,
    /// Object by object: a table with its sequences, indexes, triggers, rules, policies and
    /// partitions, then the next table.
    ByObject,
}

/// Where a change stands among those that can be next. Smaller keys come first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// What needs a transaction of its own comes late, so that the others share one; some comes first.
    late: u8,
    group: FileGroup,
    /// The object that it stands with: a table's name, for a partition after that of its parent.
    with: Vec<QualifiedName>,
    sort: (Rank, String),
}

impl Place {
    /// True when all places with the object that `other` stands with come later than this one.
    pub(crate) fn comes_before_all_with(&self, other: &Self) -> bool {
        (self.late, self.group, &self.with) < (other.late, other.group, &other.with)
    }

    /// True for two changes of one object, which stand together.
    pub(crate) fn stands_with(&self, other: &Self) -> bool {
        !self.with.is_empty()
            && (self.late, self.group, &self.with) == (other.late, other.group, &other.with)
    }
}

impl Arrangement {
    /// The places of changes that add to a catalog what `full` has.
    pub(crate) fn places(self, changes: &[Change], full: &Catalog) -> Vec<Place> {
        let place = |change: &Change| {
            let with = match self {
                Self::ByKind => None,
                Self::ByObject => table_of(&change.object, full),
            };
            Place {
                late: match (change.first, change.alone()) {
                    (true, _) => 0,
                    (_, false) => 1,
                    (_, true) => 2,
                },
                group: match with {
                    // Privileges are granted on many objects at once.
                    Some(_) if change.group < FileGroup::Privileges => FileGroup::Tables,
                    _ => change.group,
                },
                with: with.map(|table| line(table, full)).unwrap_or_default(),
                sort: change.sort.clone(),
            }
        };
        changes.iter().map(place).collect()
    }
}

/// The table that an object is, or is part of.
fn table_of<'a>(object: &'a ObjectId, full: &'a Catalog) -> Option<&'a QualifiedName> {
    let table = match object {
        ObjectId::Sequence(name) => {
            let owner: &(QualifiedName, Name) = full.sequences.get(name)?.owned_by.as_ref()?;
            &owner.0
        }
        ObjectId::Statistics(name) => &full.statistics.get(name)?.table,
        ObjectId::Table(table)
        | ObjectId::Column(table, _)
        | ObjectId::Constraint(table, _)
        | ObjectId::Index(table, _)
        | ObjectId::Trigger(table, _)
        | ObjectId::Rule(table, _)
        | ObjectId::Policy(table, _) => table,
        _ => return None,
    };
    full.tables.contains_key(table).then_some(table)
}

/// A table after the tables that it is a partition of, the outermost first.
fn line(table: &QualifiedName, full: &Catalog) -> Vec<QualifiedName> {
    let mut line = vec![table.clone()];
    let mut at = table;
    while let Some(of) = full.tables.get(at).and_then(|t| t.partition_of.as_ref()) {
        // A table is no partition of itself on any server, but a catalog is only a value.
        if line.contains(&of.parent) {
            break;
        }
        line.push(of.parent.clone());
        at = &of.parent;
    }
    line.reverse();
    line
}
