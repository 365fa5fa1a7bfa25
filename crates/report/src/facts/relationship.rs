//! Relationships: foreign keys with the cardinality that NOT NULL and uniqueness give them.

use pgwright_brief::model::{Entity, RuleForm};
use pgwright_catalog::{ForeignKey, IndexKey, Name, QualifiedName, Table};
use pgwright_design::Columns;
use pgwright_design::words::{a, spoken};

use super::{TableFacts, TableRole, plural};
use crate::Subject;

/// A foreign key between two tables.
#[derive(Debug)]
pub struct Relationship<'a> {
    /// Constraint.
    pub name: &'a Name,
    /// Table that holds it.
    pub from: &'a QualifiedName,
    /// Table it points at.
    pub to: &'a QualifiedName,
    /// The foreign key.
    pub key: &'a ForeignKey,
    /// A row may refer to none.
    pub optional: bool,
    /// At most one row refers to the same row.
    pub single: bool,
    /// Every row of the referenced table is referred to (a rule of the brief keeps it).
    pub always: bool,
    /// The attribute it is, when it is one.
    pub attribute: Option<&'a str>,
    /// It leads from a part to its whole.
    pub part: bool,
    own: usize,
    from_word: String,
    from_plural: String,
    to_word: String,
    to_list: bool,
    described: bool,
}

impl Relationship<'_> {
    /// The column that a reader thinks of: the one that only this reference uses.
    pub fn own_column(&self) -> Option<&Name> {
        self.key.columns.get(self.own)
    }

    /// The column of the referenced key that this column repeats.
    pub fn referenced_column(&self) -> Option<&Name> {
        self.key.referenced_columns.get(self.own)
    }

    /// How many rows of the referencing side: `any number`, `at most one` …
    pub fn many_side(&self) -> &'static str {
        match (self.single, self.always) {
            (false, false) => "any number of",
            (false, true) => "at least one",
            (true, false) => "at most one",
            (true, true) => "exactly one",
        }
    }

    /// `Each contact has exactly one organization.`
    pub fn forward(&self) -> String {
        let count = if self.optional {
            "may have one"
        } else {
            "has exactly one"
        };
        let from = &self.from_word;
        let to = &self.to_word;
        if self.part {
            return format!("Each {from} is part of exactly one {to} and goes when it goes.");
        }
        match self.attribute.map(spoken) {
            Some(attribute) if self.to_list => {
                format!("Each {from} {count} {attribute}, from the list `{to}`.")
            }
            Some(attribute) if attribute != *to => {
                format!("Each {from} {count} {to} as its {attribute}.")
            }
            _ if self.described => format!("Each {from} {count} {to}."),
            _ => format!(
                "Each row of {from} refers to {} of {to}.",
                if self.optional {
                    "at most one row"
                } else {
                    "exactly one row"
                }
            ),
        }
    }

    /// `An organization has any number of contacts.`
    pub fn backward(&self) -> String {
        let many = if self.single {
            &self.from_word
        } else {
            &self.from_plural
        };
        let to = pgwright_design::words::capital(&a(&self.to_word));
        let count = self.many_side();
        match self.attribute.map(spoken) {
            Some(attribute) if attribute != self.to_word && !self.part => {
                format!("{to} is the {attribute} of {count} {many}.")
            }
            _ if self.described => format!("{to} has {count} {many}."),
            _ => format!(
                "A row of {} is referred to by {count} {many}.",
                self.to_word
            ),
        }
    }
}

/// Foreign keys of all tables, in the order of the tables.
pub fn relationships<'a>(
    subject: &Subject<'a>,
    tables: &[TableFacts<'a>],
) -> Vec<Relationship<'a>> {
    let mut found = Vec::new();
    for holder in tables {
        for (name, key) in holder.table.foreign_keys() {
            let target = tables.iter().find(|t| *t.name == key.references);
            let attribute = attribute(holder, key);
            let part = holder.entity.and_then(|e| e.part_of.as_ref());
            let is_part = holder.role == TableRole::Entity
                && part.is_some_and(|p| Some(p.name.as_str()) == attribute);
            let (to_word, to_entity) = word(target, &key.references);
            let (from_word, from_entity) = word(Some(holder), holder.name);
            let from_plural = match holder.entity {
                Some(entity) if holder.role == TableRole::Entity => plural(entity),
                _ => format!("rows of {from_word}"),
            };
            found.push(Relationship {
                name,
                from: holder.name,
                to: &key.references,
                key,
                optional: key
                    .columns
                    .iter()
                    .any(|c| holder.table.column(c.as_str()).is_some_and(|c| !c.not_null)),
                single: unique_over(holder.table, &key.columns),
                always: is_part
                    && target
                        .and_then(|t| t.entity)
                        .zip(holder.entity)
                        .is_some_and(|(whole, part)| always(subject, whole, &part.name)),
                attribute,
                part: is_part,
                own: own_column(holder, attribute, key),
                from_word,
                from_plural,
                to_word,
                to_list: target.is_some_and(|t| t.role == TableRole::Lookup),
                described: to_entity && from_entity,
            });
        }
    }
    found
}

/// What a row of the table is called, and whether that is a word of the business.
fn word(table: Option<&TableFacts<'_>>, name: &QualifiedName) -> (String, bool) {
    match table.map(|t| (t.role, t.entity)) {
        Some((TableRole::Entity, Some(entity))) => (spoken(&entity.name), true),
        Some((TableRole::Role(role), _)) => (spoken(role), true),
        _ => (name.name.to_string(), false),
    }
}

/// Which column only this foreign key uses: the attribute's own, or one that no other shares.
fn own_column(holder: &TableFacts<'_>, attribute: Option<&str>, key: &ForeignKey) -> usize {
    let last = key.columns.len().saturating_sub(1);
    let planned = attribute.and_then(|a| holder.plan?.columns.get(a)?.scalar());
    if let Some(at) = planned.and_then(|own| key.columns.iter().position(|c| c == own)) {
        return at;
    }
    let shared = |column: &Name| {
        let others = holder
            .table
            .foreign_keys()
            .filter(|(_, other)| *other != key);
        others
            .into_iter()
            .any(|(_, other)| other.columns.contains(column))
    };
    key.columns.iter().rposition(|c| !shared(c)).unwrap_or(last)
}

/// The attribute whose columns the foreign key has.
fn attribute<'a>(holder: &TableFacts<'a>, key: &ForeignKey) -> Option<&'a str> {
    if holder.role != TableRole::Entity {
        return None;
    }
    let columns = &holder.plan?.columns;
    columns.iter().find_map(|(attribute, columns)| {
        let own = match columns {
            Columns::Reference {
                own,
                columns,
                target: _,
            } => match own.last() {
                Some(own) => key.columns.contains(own),
                None => *columns == key.columns,
            },
            Columns::Either(choices) => choices.iter().any(|(_, c)| *c == key.columns),
            Columns::One(column) => key.columns.len() == 1 && key.columns[0] == *column,
            Columns::Several(_) | Columns::Table(_) => false,
        };
        // A choice of several targets is better told by the target itself.
        (own && !matches!(columns, Columns::Either(_))).then_some(attribute.as_str())
    })
}

/// True when no two rows have the same non-null values in the columns.
fn unique_over(table: &Table, columns: &[Name]) -> bool {
    let by_key = table.keys().any(|(_, key)| {
        !key.without_overlaps
            && !key.columns.is_empty()
            && key.columns.iter().all(|c| columns.contains(c))
    });
    let by_index = table.indexes.values().any(|index| {
        index.unique
            && index.predicate.is_none()
            && index
                .elements
                .iter()
                .all(|e| matches!(&e.key, IndexKey::Column(c) if columns.contains(c)))
    });
    by_key || by_index
}

/// A rule that is kept demands a part of every whole.
fn always(subject: &Subject<'_>, whole: &Entity, part: &str) -> bool {
    whole.rules.iter().any(|rule| {
        let demands = match &rule.form {
            RuleForm::AtLeastOne { entity, condition }
            | RuleForm::ExactlyOne { entity, condition } => entity == part && condition.is_none(),
            _ => false,
        };
        demands
            && subject
                .design
                .enforcements
                .iter()
                .any(|e| e.rule == rule.name)
    })
}
