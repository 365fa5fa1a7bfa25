//! A PostgreSQL schema as a plain value: ordered, comparable, serialisable, without any I/O.
//!
//! Every object stands in an ordered map under its name, so two catalogs that hold the same schema
//! are equal whatever order their objects were read in. Column order is kept, because PostgreSQL
//! keeps it. Names and words are PostgreSQL's own.

mod aggregate;
mod automatic;
mod cast;
mod collation;
mod constraint;
mod event_trigger;
mod foreign;
mod index;
mod inheritance;
mod language;
mod name;
mod object;
mod operator;
mod partition;
mod parts;
mod pattern;
mod policy;
mod privilege;
mod replication;
mod routine;
mod rule;
#[cfg(feature = "schema")]
mod schema;
mod select;
mod sequence;
mod statistics;
mod table;
mod text_search;
mod types;
mod view;
pub mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use aggregate::Aggregate;
pub use automatic::{automatic_name, identity_sequence_name};
pub use cast::{Cast, CastContext, CastMethod, CastSignature, Transform, TransformSignature};
pub use collation::{Collation, Conversion};
pub use constraint::{
    Constraint, ConstraintKind, Deferrability, ExclusionElement, ForeignKey, Key, ReferentialAction,
};
pub use event_trigger::EventTrigger;
pub use foreign::{
    ForeignDataWrapper, ForeignServer, ForeignTable, UserMapping, UserMappingName, is_secret_option,
};
pub use index::{Index, IndexElement, IndexKey};
pub use inheritance::{InheritedNotNull, leave_out_inherited, object_name};
pub use language::{AccessMethod, Language};
pub use name::{Name, QualifiedName, is_key_word, quote_identifier, quote_literal};
pub use object::ObjectId;
pub use operator::{
    Operator, OperatorClass, OperatorClassMember, OperatorClassName, OperatorFamily,
    OperatorSignature,
};
pub use partition::{PartitionBound, PartitionKey, PartitionOf};
pub use parts::PartitionParts;
pub use pattern::{Pattern, PatternError};
pub use policy::{Policy, PolicyCommand};
pub use privilege::{DefaultPrivileges, Grant, Privilege, PrivilegeTarget, Role};
pub use replication::{Publication, PublishedTable, Subscription, connection_without_secrets};
pub use routine::{
    Argument, ArgumentMode, Parallel, Routine, RoutineBody, RoutineKind, RoutineSignature, Trigger,
    TriggerEnabled, TriggerEvent, TriggerTiming, Volatility,
};
pub use rule::{Rule, RuleEvent};
pub use select::{Selected, Selection};
pub use sequence::{Identity, Sequence, SequenceOptions};
pub use statistics::Statistics;
pub use table::{Column, Expression, Generated, NotNull, Persistence, ReplicaIdentity, Table};
pub use text_search::{
    TextSearchConfiguration, TextSearchDictionary, TextSearchParser, TextSearchTemplate,
};
pub use types::{CompositeAttribute, DomainCheck, Type, TypeKind};
pub use view::{MaterializedView, View, ViewColumn};

/// A whole schema: everything `pgwright` designs, reads, compares and writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Catalog {
    /// Roles that the schema's privileges and policies need. They belong to the cluster, not to
    /// the database, so they are created only when missing and never altered.
    pub roles: BTreeMap<Name, Role>,
    /// Extensions, by name.
    pub extensions: BTreeMap<Name, Extension>,
    /// Schemas, by name. `public` is held only when something of it is to be said.
    pub schemas: BTreeMap<Name, Schema>,
    /// Procedural languages that no extension brings.
    pub languages: BTreeMap<Name, Language>,
    /// Access methods of tables and indexes.
    pub access_methods: BTreeMap<Name, AccessMethod>,
    /// Enumerations, domains, composite types, range types and base types.
    pub types: BTreeMap<QualifiedName, Type>,
    /// Sequences that stand alone; an identity column's sequence is part of the column.
    pub sequences: BTreeMap<QualifiedName, Sequence>,
    /// Tables, partitioned tables, partitions and foreign tables.
    pub tables: BTreeMap<QualifiedName, Table>,
    /// Views.
    pub views: BTreeMap<QualifiedName, View>,
    /// Materialized views.
    pub materialized_views: BTreeMap<QualifiedName, MaterializedView>,
    /// Functions and procedures, by name and argument types.
    pub routines: BTreeMap<RoutineSignature, Routine>,
    /// Aggregates, by name and argument types.
    pub aggregates: BTreeMap<RoutineSignature, Aggregate>,
    /// Operators, by name and operand types.
    pub operators: BTreeMap<OperatorSignature, Operator>,
    /// Operator families.
    pub operator_families: BTreeMap<OperatorClassName, OperatorFamily>,
    /// Operator classes.
    pub operator_classes: BTreeMap<OperatorClassName, OperatorClass>,
    /// Casts.
    pub casts: BTreeMap<CastSignature, Cast>,
    /// Transforms.
    pub transforms: BTreeMap<TransformSignature, Transform>,
    /// Collations.
    pub collations: BTreeMap<QualifiedName, Collation>,
    /// Conversions between encodings.
    pub conversions: BTreeMap<QualifiedName, Conversion>,
    /// Text search parsers.
    pub text_search_parsers: BTreeMap<QualifiedName, TextSearchParser>,
    /// Text search templates.
    pub text_search_templates: BTreeMap<QualifiedName, TextSearchTemplate>,
    /// Text search dictionaries.
    pub text_search_dictionaries: BTreeMap<QualifiedName, TextSearchDictionary>,
    /// Text search configurations.
    pub text_search_configurations: BTreeMap<QualifiedName, TextSearchConfiguration>,
    /// Extended statistics objects.
    pub statistics: BTreeMap<QualifiedName, Statistics>,
    /// Foreign-data wrappers.
    pub foreign_data_wrappers: BTreeMap<Name, ForeignDataWrapper>,
    /// Foreign servers.
    pub foreign_servers: BTreeMap<Name, ForeignServer>,
    /// User mappings, without secrets.
    pub user_mappings: BTreeMap<UserMappingName, UserMapping>,
    /// Event triggers.
    pub event_triggers: BTreeMap<Name, EventTrigger>,
    /// Publications.
    pub publications: BTreeMap<Name, Publication>,
    /// Subscriptions.
    pub subscriptions: BTreeMap<Name, Subscription>,
    /// Default privileges (`ALTER DEFAULT PRIVILEGES`).
    pub default_privileges: BTreeSet<DefaultPrivileges>,
    /// Privileges that an owner still has, of objects where it gave some of its own away. Other
    /// owners have all that PostgreSQL gives them.
    pub owner_privileges: BTreeMap<ObjectId, BTreeSet<Privilege>>,
    /// Security labels: object, then provider, then label.
    pub security_labels: BTreeMap<ObjectId, BTreeMap<Name, String>>,
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
