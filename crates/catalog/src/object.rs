//! One name for any object of a catalog.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{
    CastSignature, Catalog, Name, OperatorClassName, OperatorSignature, QualifiedName,
    RoutineSignature, TransformSignature, UserMappingName,
};

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
    /// A rule of a table or view.
    Rule(QualifiedName, Name),
    /// A function or procedure.
    Routine(RoutineSignature),
    /// A procedural language.
    Language(Name),
    /// An access method.
    AccessMethod(Name),
    /// An aggregate.
    Aggregate(RoutineSignature),
    /// An operator.
    Operator(OperatorSignature),
    /// An operator family.
    OperatorFamily(OperatorClassName),
    /// An operator class.
    OperatorClass(OperatorClassName),
    /// A cast.
    Cast(CastSignature),
    /// A transform.
    Transform(TransformSignature),
    /// A collation.
    Collation(QualifiedName),
    /// A conversion between encodings.
    Conversion(QualifiedName),
    /// A text search parser.
    TextSearchParser(QualifiedName),
    /// A text search template.
    TextSearchTemplate(QualifiedName),
    /// A text search dictionary.
    TextSearchDictionary(QualifiedName),
    /// A text search configuration.
    TextSearchConfiguration(QualifiedName),
    /// An extended statistics object.
    Statistics(QualifiedName),
    /// A foreign-data wrapper.
    ForeignDataWrapper(Name),
    /// A foreign server.
    ForeignServer(Name),
    /// A user mapping.
    UserMapping(UserMappingName),
    /// An event trigger.
    EventTrigger(Name),
    /// A publication.
    Publication(Name),
    /// A subscription.
    Subscription(Name),
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
            Self::Rule(..) => "rule",
            Self::Routine(_) => "routine",
            Self::Language(_) => "language",
            Self::AccessMethod(_) => "access method",
            Self::Aggregate(_) => "aggregate",
            Self::Operator(_) => "operator",
            Self::OperatorFamily(_) => "operator family",
            Self::OperatorClass(_) => "operator class",
            Self::Cast(_) => "cast",
            Self::Transform(_) => "transform",
            Self::Collation(_) => "collation",
            Self::Conversion(_) => "conversion",
            Self::TextSearchParser(_) => "text search parser",
            Self::TextSearchTemplate(_) => "text search template",
            Self::TextSearchDictionary(_) => "text search dictionary",
            Self::TextSearchConfiguration(_) => "text search configuration",
            Self::Statistics(_) => "statistics object",
            Self::ForeignDataWrapper(_) => "foreign-data wrapper",
            Self::ForeignServer(_) => "server",
            Self::UserMapping(_) => "user mapping",
            Self::EventTrigger(_) => "event trigger",
            Self::Publication(_) => "publication",
            Self::Subscription(_) => "subscription",
        }
    }

    /// The schema that holds the object, or the object that it is part of.
    pub fn schema(&self) -> Option<&Name> {
        match self {
            Self::Role(_)
            | Self::Extension(_)
            | Self::Schema(_)
            | Self::Language(_)
            | Self::AccessMethod(_)
            | Self::ForeignDataWrapper(_)
            | Self::ForeignServer(_)
            | Self::EventTrigger(_)
            | Self::Publication(_)
            | Self::Subscription(_)
            | Self::Cast(_)
            | Self::Transform(_)
            | Self::UserMapping(_) => None,
            Self::Type(q)
            | Self::Sequence(q)
            | Self::Table(q)
            | Self::View(q)
            | Self::MaterializedView(q)
            | Self::Column(q, _)
            | Self::Constraint(q, _)
            | Self::Index(q, _)
            | Self::Trigger(q, _)
            | Self::Policy(q, _)
            | Self::Rule(q, _)
            | Self::Collation(q)
            | Self::Conversion(q)
            | Self::TextSearchParser(q)
            | Self::TextSearchTemplate(q)
            | Self::TextSearchDictionary(q)
            | Self::TextSearchConfiguration(q)
            | Self::Statistics(q) => Some(&q.schema),
            Self::Routine(s) | Self::Aggregate(s) => Some(&s.name.schema),
            Self::Operator(o) => Some(&o.name.schema),
            Self::OperatorFamily(o) | Self::OperatorClass(o) => Some(&o.name.schema),
        }
    }

    /// The name alone, without the kind: `crm.contacts.email`.
    pub fn name(&self) -> String {
        match self {
            Self::Role(n)
            | Self::Extension(n)
            | Self::Schema(n)
            | Self::Language(n)
            | Self::AccessMethod(n)
            | Self::ForeignDataWrapper(n)
            | Self::ForeignServer(n)
            | Self::EventTrigger(n)
            | Self::Publication(n)
            | Self::Subscription(n) => n.to_string(),
            Self::Type(q)
            | Self::Sequence(q)
            | Self::Table(q)
            | Self::View(q)
            | Self::MaterializedView(q)
            | Self::Collation(q)
            | Self::Conversion(q)
            | Self::TextSearchParser(q)
            | Self::TextSearchTemplate(q)
            | Self::TextSearchDictionary(q)
            | Self::TextSearchConfiguration(q)
            | Self::Statistics(q) => q.to_string(),
            Self::Column(t, n)
            | Self::Constraint(t, n)
            | Self::Index(t, n)
            | Self::Trigger(t, n)
            | Self::Policy(t, n)
            | Self::Rule(t, n) => format!("{t}.{n}"),
            Self::Routine(s) | Self::Aggregate(s) => s.to_string(),
            Self::Operator(o) => o.to_string(),
            Self::OperatorFamily(o) | Self::OperatorClass(o) => o.to_string(),
            Self::Cast(c) => c.to_string(),
            Self::Transform(t) => t.to_string(),
            Self::UserMapping(u) => u.to_string(),
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
            ObjectId::Language(k) => self.languages.contains_key(k),
            ObjectId::AccessMethod(k) => self.access_methods.contains_key(k),
            ObjectId::Aggregate(k) => self.aggregates.contains_key(k),
            ObjectId::Operator(k) => self.operators.contains_key(k),
            ObjectId::OperatorFamily(k) => self.operator_families.contains_key(k),
            ObjectId::OperatorClass(k) => self.operator_classes.contains_key(k),
            ObjectId::Cast(k) => self.casts.contains_key(k),
            ObjectId::Transform(k) => self.transforms.contains_key(k),
            ObjectId::Collation(k) => self.collations.contains_key(k),
            ObjectId::Conversion(k) => self.conversions.contains_key(k),
            ObjectId::TextSearchParser(k) => self.text_search_parsers.contains_key(k),
            ObjectId::TextSearchTemplate(k) => self.text_search_templates.contains_key(k),
            ObjectId::TextSearchDictionary(k) => self.text_search_dictionaries.contains_key(k),
            ObjectId::TextSearchConfiguration(k) => self.text_search_configurations.contains_key(k),
            ObjectId::Statistics(k) => self.statistics.contains_key(k),
            ObjectId::ForeignDataWrapper(k) => self.foreign_data_wrappers.contains_key(k),
            ObjectId::ForeignServer(k) => self.foreign_servers.contains_key(k),
            ObjectId::UserMapping(k) => self.user_mappings.contains_key(k),
            ObjectId::EventTrigger(k) => self.event_triggers.contains_key(k),
            ObjectId::Publication(k) => self.publications.contains_key(k),
            ObjectId::Subscription(k) => self.subscriptions.contains_key(k),
            ObjectId::Column(t, n) => table(t).is_some_and(|t| t.column(n.as_str()).is_some()),
            ObjectId::Constraint(t, n) => table(t).is_some_and(|t| t.constraints.contains_key(n)),
            ObjectId::Policy(t, n) => table(t).is_some_and(|t| t.policies.contains_key(n)),
            ObjectId::Index(t, n) => {
                let view = self.materialized_views.get(t);
                table(t).is_some_and(|t| t.indexes.contains_key(n))
                    || view.is_some_and(|v| v.indexes.contains_key(n))
            }
            ObjectId::Rule(t, n) => {
                let view = self.views.get(t);
                table(t).is_some_and(|t| t.rules.contains_key(n))
                    || view.is_some_and(|v| v.rules.contains_key(n))
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
