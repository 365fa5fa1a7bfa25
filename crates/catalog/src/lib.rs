//! A PostgreSQL schema as a plain value: ordered, comparable, serialisable, without any I/O.
//!
//! Every object stands in an ordered map under its name, so two catalogs that hold the same schema
//! are equal whatever order their objects were read in. Column order is kept, because PostgreSQL
//! keeps it. Names and words are PostgreSQL's own.

mod constraint;
mod index;
mod name;
mod object;
mod privilege;
mod routine;
mod table;
mod types;
mod view;
pub mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use constraint::{
    Constraint, ConstraintKind, Deferrability, ExclusionElement, ForeignKey, Key, ReferentialAction,
};
pub use index::{Index, IndexElement, IndexKey};
pub use name::{Name, QualifiedName, quote_identifier, quote_literal};
pub use object::ObjectId;
pub use privilege::{DefaultPrivileges, Grant, Privilege, PrivilegeTarget, Role};
pub use routine::{
    Argument, ArgumentMode, Parallel, Routine, RoutineBody, RoutineKind, RoutineSignature, Trigger,
    TriggerEnabled, TriggerEvent, TriggerTiming, Volatility,
};
pub use table::{
    Column, Expression, Generated, Identity, PartitionBound, PartitionKey, PartitionOf,
    Persistence, Policy, PolicyCommand, Sequence, SequenceOptions, Table,
};
pub use types::{CompositeAttribute, Type, TypeKind};
pub use view::{MaterializedView, View, ViewColumn};

/// A whole schema: everything `pgwright` designs, reads, compares and writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Catalog {
    /// Roles that the schema's privileges and policies need. They belong to the cluster, not to
    /// the database, so they are created only when missing and never altered.
    pub roles: BTreeMap<Name, Role>,
    /// Extensions, by name.
    pub extensions: BTreeMap<Name, Extension>,
    /// Schemas, by name. `public` is held only when something of it is to be said.
    pub schemas: BTreeMap<Name, Schema>,
    /// Enumerations, domains, composite types and range types.
    pub types: BTreeMap<QualifiedName, Type>,
    /// Sequences that stand alone; an identity column's sequence is part of the column.
    pub sequences: BTreeMap<QualifiedName, Sequence>,
    /// Tables, partitioned tables and partitions.
    pub tables: BTreeMap<QualifiedName, Table>,
    /// Views.
    pub views: BTreeMap<QualifiedName, View>,
    /// Materialized views.
    pub materialized_views: BTreeMap<QualifiedName, MaterializedView>,
    /// Functions and procedures, by name and argument types.
    pub routines: BTreeMap<RoutineSignature, Routine>,
    /// Default privileges (`ALTER DEFAULT PRIVILEGES`).
    pub default_privileges: BTreeSet<DefaultPrivileges>,
    /// What an object needs beyond what its own fields show: the tables a view reads, the
    /// functions a check calls. The writer orders statements by it; equality of two schemas does
    /// not depend on it (see [`Catalog::without_dependencies`]).
    pub dependencies: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    /// Schemas and tables that the application most likely has already, and that stand here for
    /// what is referred to. A plan makes them only where they are missing, and takes away only what
    /// it has made, by the comment it carries. A hint like `dependencies`: no server tells it.
    pub stand_ins: BTreeSet<ObjectId>,
}

/// An installed extension.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Extension {
    /// Schema that holds the extension's objects, when it was chosen.
    pub schema: Option<Name>,
    /// Version, when it was chosen.
    pub version: Option<String>,
    /// `COMMENT ON EXTENSION`.
    pub comment: Option<String>,
}

/// A schema (namespace).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON SCHEMA`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner.
    pub grants: BTreeSet<Grant>,
}

impl Catalog {
    /// The catalog of an empty database.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Says that `object` needs `needed` to exist first.
    pub fn depends(&mut self, object: ObjectId, needed: ObjectId) {
        self.dependencies.entry(object).or_default().insert(needed);
    }

    /// The same schema without hints: what two catalogs are compared by.
    pub fn without_dependencies(&self) -> Self {
        Self {
            dependencies: BTreeMap::new(),
            stand_ins: BTreeSet::new(),
            ..self.clone()
        }
    }

    /// Partitions of `parent`, in name order.
    pub fn partitions_of<'a>(
        &'a self,
        parent: &'a QualifiedName,
    ) -> impl Iterator<Item = (&'a QualifiedName, &'a Table)> {
        self.tables
            .iter()
            .filter(move |(_, t)| t.partition_of.as_ref().is_some_and(|p| &p.parent == parent))
    }

    /// Foreign keys that point at `table`, with the table that holds each.
    pub fn references_to<'a>(
        &'a self,
        table: &'a QualifiedName,
    ) -> impl Iterator<Item = (&'a QualifiedName, &'a Name, &'a ForeignKey)> {
        self.tables.iter().flat_map(move |(holder, t)| {
            t.foreign_keys()
                .filter(move |(_, fk)| &fk.references == table)
                .map(move |(name, fk)| (holder, name, fk))
        })
    }
}
