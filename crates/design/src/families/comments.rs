//! Comments: every object says in the brief's words what it is for.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_brief::model::{Attribute, AttributeKind, Entity, ValueType};
use pgwright_catalog::{
    Constraint, ConstraintKind, Index, IndexKey, Name, QualifiedName, ReferentialAction, Table,
    TypeKind,
};

use super::Family;
use crate::draft::{Columns, Draft, KeyKind, SideTableKind};
use crate::layout::Stored;
use crate::words;

/// Comments: every object says in the brief's words what it is for.
#[derive(Debug)]
pub struct Comments;

impl Family for Comments {
    fn name(&self) -> &'static str {
        "comments"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let schema = draft.schema();
        let about = schema_comment(draft);
        if let Some(schema) = draft.catalog.schemas.get_mut(schema.as_str()) {
            schema.comment.get_or_insert(about);
        }
        let words = Words::of(draft);
        for (name, table) in &mut draft.catalog.tables {
            if let Some(comment) = words.tables.get(name) {
                table.comment.get_or_insert_with(|| comment.clone());
            } else if let Some(of) = &table.partition_of {
                let comment = format!("Part of {}.", of.parent.name);
                table.comment.get_or_insert(comment);
            }
            comment_columns(name, table, &words);
            comment_constraints(name, table);
            comment_indexes(table);
        }
        let rules = rules_by_function(draft);
        for (signature, routine) in &mut draft.catalog.routines {
            if routine.comment.is_none() {
                routine.comment = rules.get(&signature.name).cloned();
            }
        }
        let rules = rules_by_trigger(draft);
        for (name, table) in &mut draft.catalog.tables {
            for (trigger_name, trigger) in &mut table.triggers {
                if trigger.comment.is_none() {
                    trigger.comment = rules
                        .get(&(name.clone(), trigger_name.clone()))
                        .cloned()
                        .or_else(|| Some(format!("Runs {}.", trigger.function.name)));
                }
            }
        }
        for (name, made) in &mut draft.catalog.types {
            if made.comment.is_none() {
                made.comment = Some(match &made.kind {
                    TypeKind::Enum(labels) => format!(
                        "{}: {}.",
                        words::capital(&words::spoken(name.name.as_str())),
                        words::list_some(labels, 6)
                    ),
                    _ => words::sentence(&words::spoken(name.name.as_str())),
                });
            }
        }
        for report in &draft.brief.reports {
            let name = draft.qualified(report.name.as_str());
            if let Some(view) = draft.catalog.views.get_mut(&name) {
                view.comment
                    .get_or_insert_with(|| words::sentence(&report.says));
            }
            if let Some(view) = draft.catalog.materialized_views.get_mut(&name) {
                view.comment
                    .get_or_insert_with(|| words::sentence(&report.says));
            }
        }
        let named: BTreeMap<QualifiedName, String> = draft
            .entities
            .iter()
            .filter(|(_, plan)| plan.read_relation != plan.table)
            .map(|(entity, plan)| {
                let comment = format!(
                    "The {} that are not deleted: what to read.",
                    words::spoken(&crate::names::plural(entity))
                );
                (plan.read_relation.clone(), comment)
            })
            .collect();
        for (name, view) in &mut draft.catalog.views {
            if view.comment.is_none() {
                view.comment = named.get(name).cloned();
            }
        }
    }
}

fn schema_comment(draft: &Draft<'_>) -> String {
    match &draft.brief.about {
        Some(about) => format!(
            "{} {}",
            words::sentence(&draft.brief.title),
            words::sentence(&one_line(about))
        ),
        None => words::sentence(&draft.brief.title),
    }
}

/// Text of several lines, as one.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the brief says, by table and column.
#[derive(Debug, Default)]
struct Words {
    tables: BTreeMap<QualifiedName, String>,
    columns: BTreeMap<(QualifiedName, Name), String>,
    /// The columns that attributes became: what is noted of their form is added to the words.
    attributes: BTreeSet<(QualifiedName, Name)>,
}

impl Words {
    fn of(draft: &Draft<'_>) -> Self {
        let mut words = Self::default();
        for entity in draft.created_entities() {
            words.entity(draft, entity);
        }
        for (name, side) in &draft.side_tables {
            let entity = words::spoken(&crate::names::plural(&side.entity));
            let comment = match side.kind {
                SideTableKind::Role => {
                    format!(
                        "{} as {}.",
                        words::capital(&entity),
                        words::spoken(&side.of)
                    )
                }
                SideTableKind::Junction => {
                    format!("{} of {entity}.", words::capital(&words::spoken(&side.of)))
                }
                SideTableKind::Lookup => format!(
                    "What users may choose from as {} of {entity}.",
                    words::spoken(&side.of)
                ),
                SideTableKind::Counter => {
                    format!("Counts the {} of {entity}.", words::spoken(&side.of))
                }
                SideTableKind::Registry => format!(
                    "{} of {entity} that are taken.",
                    words::capital(&words::spoken(&side.of))
                ),
            };
            words.tables.entry(name.clone()).or_insert(comment);
            if side.kind == SideTableKind::Registry {
                words.repeat(draft, name, &side.entity);
            }
        }
        words
    }

    fn entity(&mut self, draft: &Draft<'_>, entity: &Entity) {
        let plan = draft.plan(&entity.name);
        let comment = match &entity.about {
            Some(about) => words::sentence(&one_line(about)),
            None => match &entity.part_of {
                Some(part) => format!(
                    "{} of {}: parts that go with it.",
                    words::capital(&words::spoken(&crate::names::plural(&entity.name))),
                    words::a(&part.whole)
                ),
                None => {
                    let facts: Vec<String> = entity
                        .attributes
                        .iter()
                        .map(|a| words::spoken(&a.name))
                        .collect();
                    let plural =
                        words::capital(&words::spoken(&crate::names::plural(&entity.name)));
                    if facts.is_empty() {
                        format!("{plural} that are known.")
                    } else {
                        format!("{plural}, with {}.", words::list_some(&facts, 4))
                    }
                }
            },
        };
        self.tables.insert(plan.table.clone(), comment);
        if let KeyKind::Identity(column) | KeyKind::Uuid(column) = &plan.key_kind {
            self.columns.insert(
                (plan.table.clone(), column.clone()),
                format!(
                    "Identifies the {}; it has no other meaning.",
                    words::spoken(&entity.name)
                ),
            );
        }
        if let Some(part) = &entity.part_of
            && let Some(Columns::Reference { own, .. }) = plan.columns.get(&part.name)
        {
            for column in own {
                self.columns.insert(
                    (plan.table.clone(), column.clone()),
                    format!("The {} that it is part of.", words::spoken(&part.whole)),
                );
            }
        }
        if let Some(tenant) = &plan.tenant_column {
            self.columns
                .entry((plan.table.clone(), tenant.clone()))
                .or_insert_with(|| "Whose row it is.".to_owned());
        }
        for (role, table) in &plan.role_tables {
            let tenant = plan.tenant_column.as_ref().and(table.key.first());
            for (column, _) in &table.key {
                if Some(column) == tenant.map(|(column, _)| column) {
                    self.columns.insert(
                        (table.table.clone(), column.clone()),
                        "Whose row it is.".to_owned(),
                    );
                    continue;
                }
                self.columns.insert(
                    (table.table.clone(), column.clone()),
                    format!(
                        "The {} that is {}.",
                        words::spoken(&entity.name),
                        words::a(role)
                    ),
                );
            }
        }
        for stored in Stored::of(entity) {
            let table = stored.table(draft);
            let Some(columns) = stored.columns(draft) else {
                continue;
            };
            let text = attribute_comment(&stored);
            match &columns {
                Columns::Several(parts) => {
                    for (part, column) in parts {
                        let text = if part == "amount" {
                            text.clone()
                        } else {
                            format!(
                                "{} of the {}.",
                                words::capital(&words::spoken(part)),
                                words::spoken(&stored.attribute.name)
                            )
                        };
                        self.say(&table, column, text);
                    }
                }
                Columns::Reference { own, .. } => {
                    for column in own {
                        self.say(&table, column, text.clone());
                    }
                }
                other => {
                    for column in other.all() {
                        self.say(&table, &column, text.clone());
                    }
                }
            }
        }
    }

    /// A registry repeats columns of the entity's table, and so do its comments.
    fn repeat(&mut self, draft: &Draft<'_>, registry: &QualifiedName, entity: &str) {
        let table = draft.plan(entity).table.clone();
        let Some(made) = draft.catalog.tables.get(registry) else {
            return;
        };
        for column in &made.columns {
            let there = (table.clone(), column.name.clone());
            if let Some(said) = self.columns.get(&there).cloned() {
                self.columns
                    .insert((registry.clone(), column.name.clone()), said);
            }
        }
    }

    fn say(&mut self, table: &QualifiedName, column: &Name, text: String) {
        let key = (table.clone(), column.clone());
        self.attributes.insert(key.clone());
        self.columns.insert(key, text);
    }
}

/// What a column holds, in the brief's words; else in words that say more than its name does.
fn attribute_comment(stored: &Stored<'_>) -> String {
    let attribute = stored.attribute;
    let entity = words::spoken(&stored.entity.name);
    let name = words::spoken(&attribute.name);
    let text = match (&attribute.about, &attribute.says) {
        (Some(about), _) | (None, Some(about)) => words::sentence(&one_line(about)),
        (None, None) => match &attribute.kind {
            AttributeKind::Reference(target) => {
                let target = target.role.as_ref().unwrap_or(&target.entity);
                if *target == attribute.name {
                    format!("The {name} that the {entity} refers to.")
                } else {
                    format!("The {name} of the {entity}: {}.", words::a(target))
                }
            }
            AttributeKind::Lookup => format!("One of the {name} list that users maintain."),
            AttributeKind::OneOf(values) => format!("One of {}.", words::choice(values)),
            AttributeKind::States(_) => format!("Where the {entity} stands."),
            AttributeKind::Value(meaning) => value_comment(attribute, meaning, &entity),
            AttributeKind::Either(_) | AttributeKind::Many { .. } => {
                format!("{} of the {entity}.", words::capital(&name))
            }
        },
    };
    let mut notes = Vec::new();
    if let Some(path) = &attribute.copied_from {
        notes.push(format!(
            "Taken from {} when the row is added.",
            path.join(".")
        ));
    }
    if attribute.running_total.is_some() {
        notes.push("Kept current by the database.".to_owned());
    }
    if attribute.optional && !matches!(attribute.kind, AttributeKind::Either(_)) {
        notes.push("NULL when there is none.".to_owned());
    }
    std::iter::once(text)
        .chain(notes)
        .collect::<Vec<_>>()
        .join(" ")
}

fn value_comment(attribute: &Attribute, meaning: &ValueType, entity: &str) -> String {
    let name = words::spoken(&attribute.name);
    if let Some(computed) = &attribute.computed {
        return format!("Computed: {computed}.");
    }
    match meaning {
        ValueType::Name if attribute.name == "name" => format!("What the {entity} is called."),
        ValueType::Date => format!("Day: {name} of the {entity}."),
        ValueType::Boolean => format!(
            "Whether the {entity} is {}.",
            name.trim_start_matches("is ")
        ),
        ValueType::Instant => format!("Point in time: {name} of the {entity}."),
        _ => format!("{} of the {entity}.", words::capital(&name)),
    }
}

fn comment_columns(name: &QualifiedName, table: &mut Table, words: &Words) {
    let targets: BTreeMap<Name, QualifiedName> = table
        .foreign_keys()
        .filter_map(|(_, key)| Some((key.columns.last()?.clone(), key.references.clone())))
        .collect();
    for column in &mut table.columns {
        let said = words.columns.get(&(name.clone(), column.name.clone()));
        let noted = words
            .attributes
            .contains(&(name.clone(), column.name.clone()));
        match (&column.comment, said) {
            (Some(note), Some(said)) if noted && !said.contains(note.as_str()) => {
                column.comment = Some(format!("{said} {note}"));
            }
            (Some(_), Some(said)) if noted => column.comment = Some(said.clone()),
            (Some(_), _) => {}
            (None, Some(said)) => column.comment = Some(said.clone()),
            (None, None) => {
                column.comment = Some(match targets.get(&column.name) {
                    Some(target) => format!("Refers to {}.", target.name),
                    None if column.identity.is_some() => {
                        "Identifies the row; it has no other meaning.".to_owned()
                    }
                    None => words::sentence(&words::spoken(column.name.as_str())),
                });
            }
        }
    }
}

fn comment_constraints(name: &QualifiedName, table: &mut Table) {
    for constraint in table.constraints.values_mut() {
        if constraint.comment.is_none() {
            constraint.comment = Some(constraint_comment(name, constraint));
        }
    }
}

fn list(columns: &[Name]) -> String {
    let spoken: Vec<&str> = columns.iter().map(Name::as_str).collect();
    words::list(&spoken)
}

fn constraint_comment(table: &QualifiedName, constraint: &Constraint) -> String {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => {
            format!("A row is identified by {}.", list(&key.columns))
        }
        ConstraintKind::Unique(key) => {
            format!("No two rows have the same {}.", list(&key.columns))
        }
        ConstraintKind::ForeignKey(key) => match key.on_delete {
            ReferentialAction::Cascade => {
                format!(
                    "Deleted with the row of {} that it belongs to.",
                    key.references.name
                )
            }
            ReferentialAction::SetNull(_) => {
                format!(
                    "Emptied when the row of {} is deleted.",
                    key.references.name
                )
            }
            _ => format!(
                "Refers to a row of {}, which cannot be deleted meanwhile.",
                key.references.name
            ),
        },
        ConstraintKind::Check(check) => format!("Holds for every row: {}.", check.sql()),
        ConstraintKind::Exclusion { .. } => {
            format!("No two rows of {} exclude each other.", table.name)
        }
    }
}

fn comment_indexes(table: &mut Table) {
    for index in table.indexes.values_mut() {
        if index.comment.is_none() {
            index.comment = Some(index_comment(index));
        }
    }
}

fn index_comment(index: &Index) -> String {
    let keys: Vec<&str> = index
        .elements
        .iter()
        .map(|e| match &e.key {
            IndexKey::Column(name) => name.as_str(),
            IndexKey::Expression(expression) => expression.sql(),
        })
        .collect();
    let what = if index.unique {
        "No two rows have the same"
    } else {
        "Finds rows by"
    };
    match &index.predicate {
        Some(predicate) => format!(
            "{what} {}, among those where {}.",
            words::list(&keys),
            predicate.sql()
        ),
        None => format!("{what} {}.", words::list(&keys)),
    }
}

/// The rules that functions keep, by function.
fn rules_by_function(draft: &Draft<'_>) -> BTreeMap<QualifiedName, String> {
    let mut rules = BTreeMap::new();
    for enforcement in &draft.enforcements {
        for object in &enforcement.by {
            if let pgwright_catalog::ObjectId::Routine(signature) = object {
                rules
                    .entry(signature.name.clone())
                    .or_insert_with(|| words::sentence(&enforcement.says));
            }
        }
    }
    rules
}

/// The rules that triggers keep, by table and trigger.
fn rules_by_trigger(draft: &Draft<'_>) -> BTreeMap<(QualifiedName, Name), String> {
    let mut rules = BTreeMap::new();
    for enforcement in &draft.enforcements {
        for object in &enforcement.by {
            if let pgwright_catalog::ObjectId::Trigger(table, name) = object {
                rules
                    .entry((table.clone(), name.clone()))
                    .or_insert_with(|| words::sentence(&enforcement.says));
            }
        }
    }
    rules
}
