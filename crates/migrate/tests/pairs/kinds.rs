//! Which kinds of objects a catalog holds.

use std::collections::BTreeSet;

use pgwright_catalog::{Catalog, ObjectId};

/// Every kind that there is, as [`ObjectId::kind`] names them.
pub const ALL: [&str; 36] = [
    "role",
    "extension",
    "schema",
    "type",
    "sequence",
    "table",
    "column",
    "constraint",
    "index",
    "trigger",
    "policy",
    "view",
    "materialized view",
    "rule",
    "routine",
    "language",
    "access method",
    "aggregate",
    "operator",
    "operator family",
    "operator class",
    "cast",
    "transform",
    "collation",
    "conversion",
    "text search parser",
    "text search template",
    "text search dictionary",
    "text search configuration",
    "statistics object",
    "foreign-data wrapper",
    "server",
    "user mapping",
    "event trigger",
    "publication",
    "subscription",
];

pub fn of(c: &Catalog) -> BTreeSet<&'static str> {
    let mut ids: Vec<Option<ObjectId>> = vec![
        c.roles.keys().next().cloned().map(ObjectId::Role),
        c.extensions.keys().next().cloned().map(ObjectId::Extension),
        c.schemas.keys().next().cloned().map(ObjectId::Schema),
        c.types.keys().next().cloned().map(ObjectId::Type),
        c.sequences.keys().next().cloned().map(ObjectId::Sequence),
        c.tables.keys().next().cloned().map(ObjectId::Table),
        c.views.keys().next().cloned().map(ObjectId::View),
        c.materialized_views
            .keys()
            .next()
            .cloned()
            .map(ObjectId::MaterializedView),
        c.routines.keys().next().cloned().map(ObjectId::Routine),
        c.languages.keys().next().cloned().map(ObjectId::Language),
        c.access_methods
            .keys()
            .next()
            .cloned()
            .map(ObjectId::AccessMethod),
        c.aggregates.keys().next().cloned().map(ObjectId::Aggregate),
        c.operators.keys().next().cloned().map(ObjectId::Operator),
        c.operator_families
            .keys()
            .next()
            .cloned()
            .map(ObjectId::OperatorFamily),
        c.operator_classes
            .keys()
            .next()
            .cloned()
            .map(ObjectId::OperatorClass),
        c.casts.keys().next().cloned().map(ObjectId::Cast),
        c.transforms.keys().next().cloned().map(ObjectId::Transform),
        c.collations.keys().next().cloned().map(ObjectId::Collation),
        c.conversions
            .keys()
            .next()
            .cloned()
            .map(ObjectId::Conversion),
        c.text_search_parsers
            .keys()
            .next()
            .cloned()
            .map(ObjectId::TextSearchParser),
        c.text_search_templates
            .keys()
            .next()
            .cloned()
            .map(ObjectId::TextSearchTemplate),
        c.text_search_dictionaries
            .keys()
            .next()
            .cloned()
            .map(ObjectId::TextSearchDictionary),
        c.text_search_configurations
            .keys()
            .next()
            .cloned()
            .map(ObjectId::TextSearchConfiguration),
        c.statistics
            .keys()
            .next()
            .cloned()
            .map(ObjectId::Statistics),
        c.foreign_data_wrappers
            .keys()
            .next()
            .cloned()
            .map(ObjectId::ForeignDataWrapper),
        c.foreign_servers
            .keys()
            .next()
            .cloned()
            .map(ObjectId::ForeignServer),
        c.user_mappings
            .keys()
            .next()
            .cloned()
            .map(ObjectId::UserMapping),
        c.event_triggers
            .keys()
            .next()
            .cloned()
            .map(ObjectId::EventTrigger),
        c.publications
            .keys()
            .next()
            .cloned()
            .map(ObjectId::Publication),
        c.subscriptions
            .keys()
            .next()
            .cloned()
            .map(ObjectId::Subscription),
    ];
    for (name, table) in &c.tables {
        let of = |part: Option<&pgwright_catalog::Name>, id: fn(pgwright_catalog::QualifiedName, pgwright_catalog::Name) -> ObjectId| {
            part.map(|part| id(name.clone(), part.clone()))
        };
        ids.push(of(table.columns.first().map(|c| &c.name), ObjectId::Column));
        ids.push(of(table.constraints.keys().next(), ObjectId::Constraint));
        ids.push(of(table.indexes.keys().next(), ObjectId::Index));
        ids.push(of(table.triggers.keys().next(), ObjectId::Trigger));
        ids.push(of(table.policies.keys().next(), ObjectId::Policy));
        ids.push(of(table.rules.keys().next(), ObjectId::Rule));
    }
    ids.iter().flatten().map(ObjectId::kind).collect()
}
