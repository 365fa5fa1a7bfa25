//! What every document needs to know of a subject, worked out once: tables with their purpose,
//! relationships with cardinality, rules with their objects and tests, what serves each lookup.

mod access;
mod column;
mod growth;
mod relationship;
mod rule;
mod table;

use std::collections::BTreeMap;

use pgwright_brief::model::Entity;
use pgwright_catalog::{ObjectId, QualifiedName};
use pgwright_design::Decision;

use crate::Subject;

pub use access::{Access, Served};
pub use column::{index_text, meaning, short_type};
pub use growth::{Size, bytes};
pub use relationship::Relationship;
pub use rule::RuleFacts;
pub use table::{TableFacts, TableRole};

/// The subject with everything that follows from it.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What it was drawn from.
    pub subject: Subject<'a>,
    /// Tables without partitions: entities in the brief's order, each with its side tables.
    pub tables: Vec<TableFacts<'a>>,
    /// Foreign keys between those tables.
    pub relationships: Vec<Relationship<'a>>,
    /// Business rules, written ones first, in the brief's order.
    pub rules: Vec<RuleFacts<'a>>,
    /// Access patterns.
    pub access: Vec<Access<'a>>,
    by_table: BTreeMap<&'a QualifiedName, usize>,
}

impl<'a> Facts<'a> {
    /// Works out the facts.
    pub fn new(subject: &Subject<'a>) -> Self {
        let tables = table::tables(subject);
        let by_table = tables
            .iter()
            .enumerate()
            .map(|(at, t)| (t.name, at))
            .collect();
        Self {
            subject: *subject,
            relationships: relationship::relationships(subject, &tables),
            rules: rule::rules(subject),
            access: access::access(subject),
            tables,
            by_table,
        }
    }

    /// The table of that name, unless it is a partition.
    pub fn table(&self, name: &QualifiedName) -> Option<&TableFacts<'a>> {
        self.by_table.get(name).map(|&at| &self.tables[at])
    }

    /// The table of an entity.
    pub fn entity_table(&self, entity: &str) -> Option<&TableFacts<'a>> {
        self.table(&self.subject.design.entities.get(entity)?.table)
    }

    /// The schema of the design: names in it are shown without it.
    pub fn schema(&self) -> &'a str {
        &self.subject.brief.naming.schema
    }

    /// A name, without the design's own schema.
    pub fn short(&self, name: &QualifiedName) -> String {
        if name.schema.as_str() == self.schema() {
            name.name.to_string()
        } else {
            name.to_string()
        }
    }

    /// An object with its kind, without the design's own schema.
    pub fn object(&self, object: &ObjectId) -> (&'static str, String) {
        let name = object.name();
        let prefix = format!("{}.", self.schema());
        // Parts of tables are named by themselves where PostgreSQL makes their names unique.
        let short = match object {
            ObjectId::Index(_, name) | ObjectId::Constraint(_, name) => name.to_string(),
            _ => name.replace(&prefix, ""),
        };
        (object.kind(), short)
    }

    /// Rules that an object helps to keep.
    pub fn rules_of(&self, object: &ObjectId) -> impl Iterator<Item = &RuleFacts<'a>> {
        self.rules
            .iter()
            .filter(move |rule| rule.objects().any(|o| o == object))
    }

    /// Access patterns that an index or the index of a constraint serves.
    pub fn access_of(&self, object: &ObjectId) -> impl Iterator<Item = &Access<'a>> {
        self.access
            .iter()
            .filter(move |a| a.by.iter().any(|s| s.object == *object))
    }

    /// Decisions that shaped an object.
    pub fn decisions_of(&self, object: &ObjectId) -> impl Iterator<Item = &'a Decision> {
        self.subject
            .design
            .decisions
            .iter()
            .filter(move |d| d.subjects.contains(object))
    }

    /// Foreign keys that a table holds.
    pub fn references_from(&self, name: &QualifiedName) -> impl Iterator<Item = &Relationship<'a>> {
        self.relationships.iter().filter(move |r| r.from == name)
    }

    /// Foreign keys of other tables, and of the table itself, that point at it.
    pub fn references_to(&self, name: &QualifiedName) -> impl Iterator<Item = &Relationship<'a>> {
        self.relationships.iter().filter(move |r| r.to == name)
    }
}

/// The plural of an entity as words.
pub fn plural(entity: &Entity) -> String {
    let plural = entity
        .plural
        .clone()
        .unwrap_or_else(|| pgwright_design::names::plural(&entity.name));
    pgwright_design::words::spoken(&plural)
}
