//! One name for any object of a catalog.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Catalog, Name, QualifiedName, RoutineSignature};

/// Which object: kind and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectId {
    /// A role of the cluster.
    Role(Name),
    /// An extension.
    Extension(Name),
    /// A schema.
    Schema(Name),
    /// An enumeration, domain, composite or range type.
    Type(QualifiedName),
    /// A sequence that stands alone.
    Sequence(QualifiedName),
    /// A table, partitioned table or partition.
    Table(QualifiedName),
    /// A column of a table.
    Column(QualifiedName, Name),
    /// A constraint of a table.
    Constraint(QualifiedName, Name),
    /// An index, by the table it is on and its name.
    Index(QualifiedName, Name),
    /// A trigger of a table or view.
    Trigger(QualifiedName, Name),
    /// A row-level security policy of a table.
    Policy(QualifiedName, Name),
    /// A view.
    View(QualifiedName),
    /// A materialized view.
    MaterializedView(QualifiedName),
    /// A function or procedure.
    Routine(RoutineSignature),
}

impl ObjectId {
    /// PostgreSQL's word for the kind of object, in lower case.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Role(_) => "role",
            Self::Extension(_) => "extension",
            Self::Schema(_) => "schema",
            Self::Type(_) => "type",
            Self::Sequence(_) => "sequence",
            Self::Table(_) => "table",
            Self::Column(..) => "column",
            Self::Constraint(..) => "constraint",
            Self::Index(..) => "index",
            Self::Trigger(..) => "trigger",
            Self::Policy(..) => "policy",
            Self::View(_) => "view",
            Self::MaterializedView(_) => "materialized view",
            Self::Routine(_) => "routine",
        }
    }

    /// The schema that holds the object, or the object that it is part of.
    pub fn schema(&self) -> Option<&Name> {
        match self {
            Self::Role(_) | Self::Extension(_) | Self::Schema(_) => None,
            Self::Type(q)
            | Self::Sequence(q)
            | Self::Table(q)
            | Self::View(q)
            | Self::MaterializedView(q)
            | Self::Column(q, _)
            | Self::Constraint(q, _)
            | Self::Index(q, _)
            | Self::Trigger(q, _)
            | Self::Policy(q, _) => Some(&q.schema),
            Self::Routine(s) => Some(&s.name.schema),
        }
    }

    /// The name alone, without the kind: `crm.contacts.email`.
    pub fn name(&self) -> String {
        match self {
            Self::Role(n) | Self::Extension(n) | Self::Schema(n) => n.to_string(),
            Self::Type(q)
            | Self::Sequence(q)
            | Self::Table(q)
            | Self::View(q)
            | Self::MaterializedView(q) => q.to_string(),
            Self::Column(t, n)
            | Self::Constraint(t, n)
            | Self::Index(t, n)
            | Self::Trigger(t, n)
            | Self::Policy(t, n) => format!("{t}.{n}"),
            Self::Routine(s) => s.to_string(),
        }
    }
}

impl Catalog {
    /// True when the catalog holds the object.
    pub fn contains(&self, object: &ObjectId) -> bool {
        let table = |name| self.tables.get(name);
        match object {
            ObjectId::Role(n) => self.roles.contains_key(n),
            ObjectId::Extension(n) => self.extensions.contains_key(n),
            ObjectId::Schema(n) => self.schemas.contains_key(n),
            ObjectId::Type(q) => self.types.contains_key(q),
            ObjectId::Sequence(q) => self.sequences.contains_key(q),
            ObjectId::Table(q) => self.tables.contains_key(q),
            ObjectId::View(q) => self.views.contains_key(q),
            ObjectId::MaterializedView(q) => self.materialized_views.contains_key(q),
            ObjectId::Routine(s) => self.routines.contains_key(s),
            ObjectId::Column(t, n) => table(t).is_some_and(|t| t.column(n.as_str()).is_some()),
            ObjectId::Constraint(t, n) => table(t).is_some_and(|t| t.constraints.contains_key(n)),
            ObjectId::Policy(t, n) => table(t).is_some_and(|t| t.policies.contains_key(n)),
            ObjectId::Index(t, n) => {
                let view = self.materialized_views.get(t);
                table(t).is_some_and(|t| t.indexes.contains_key(n))
                    || view.is_some_and(|v| v.indexes.contains_key(n))
            }
            ObjectId::Trigger(t, n) => {
                let view = self.views.get(t);
                table(t).is_some_and(|t| t.triggers.contains_key(n))
                    || view.is_some_and(|v| v.triggers.contains_key(n))
            }
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.name())
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
