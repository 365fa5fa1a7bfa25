//! Entity by entity: columns with meaning, relationships both ways, constraints with the rule
//! behind each, indexes with what they serve.

use pgwright_brief::model::{AttributeKind, Entity, States};
use pgwright_catalog::{Column, Constraint, ConstraintKind, ObjectId};
use pgwright_design::words::{capital, choice, count, list, sentence, spoken};

use super::named;
use crate::facts::{Facts, TableFacts, TableRole, bytes, index_text, meaning, short_type};
use crate::markdown::{Markdown, code, prose};

/// Every entity with the tables that serve it.
pub fn write(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "Entities");
    for entity in &facts.subject.brief.entities {
        let heading = prose(&capital(&spoken(&entity.name)));
        let Some(table) = facts.entity_table(&entity.name) else {
            page.heading(3, &heading);
            existing(page, facts, entity);
            continue;
        };
        page.heading_known_as(3, &heading, table.name.to_string());
        if entity.existing.is_some() {
            existing(page, facts, entity);
        } else {
            introduction(page, facts, table, entity);
        }
        columns(page, facts, table);
        relationships(page, facts, table);
        constraints(page, facts, table);
        indexes(page, facts, table);
        let beside = facts.tables.iter().filter(|t| {
            t.role != TableRole::Entity && t.entity.is_some_and(|e| e.name == entity.name)
        });
        for side in beside {
            page.heading_known_as(
                4,
                &format!("{} ({})", code(&facts.short(side.name)), side.role.word()),
                side.name.to_string(),
            );
            page.paragraph(&prose(&side.purpose));
            columns(page, facts, side);
            constraints(page, facts, side);
            indexes(page, facts, side);
        }
    }
    let others: Vec<_> = facts.tables.iter().filter(|t| t.entity.is_none()).collect();
    if !others.is_empty() {
        page.heading(3, "Tables of no single entity");
        for table in others {
            page.heading_known_as(4, &code(&facts.short(table.name)), table.name.to_string());
            page.paragraph(&prose(&table.purpose));
            columns(page, facts, table);
            constraints(page, facts, table);
            indexes(page, facts, table);
        }
    }
}

fn existing(page: &mut Markdown, facts: &Facts<'_>, entity: &Entity) {
    let about = entity.about.as_deref().map(prose).unwrap_or_default();
    let table = facts
        .subject
        .design
        .entities
        .get(&entity.name)
        .map(|p| p.table.to_string());
    let found = facts.subject.design.found.iter();
    let lacking: Vec<String> = found
        .filter(|found| found.entity == entity.name)
        .flat_map(|found| found.lacks.iter().map(|attribute| code(attribute)))
        .collect();
    let change = match lacking.is_empty() {
        true => "changes nothing in it".to_owned(),
        false => format!("adds what it lacks: {}", list(&lacking)),
    };
    page.paragraph(&format!(
        "{about} The application has it already, in {}; the design refers to that table and {change}.",
        code(&table.unwrap_or_default())
    ));
}

fn introduction(page: &mut Markdown, facts: &Facts<'_>, table: &TableFacts<'_>, entity: &Entity) {
    let mut text = prose(&table.purpose);
    text.push_str(&format!(" Kept in {}", code(&facts.short(table.name))));
    if let Some(plan) = table.plan {
        let key: Vec<String> = plan
            .key
            .iter()
            .map(|(name, _)| code(name.as_str()))
            .collect();
        if !key.is_empty() {
            text.push_str(&format!(", identified by {}", list(&key)));
        }
    }
    text.push('.');
    if let Some(rows) = table.rows {
        text.push_str(&format!(
            " About {} rows are expected, roughly {}.",
            count(rows),
            bytes(table.size.total(rows))
        ));
    }
    if let Some(partition) = table.plan.and_then(|p| p.partition.as_ref()) {
        text.push_str(&format!(
            " It is partitioned by {}, one partition a {}; the design begins with {}.",
            code(partition.column.as_str()),
            format!("{:?}", partition.interval).to_lowercase(),
            table.partitions
        ));
    }
    if table.plan.is_some_and(|p| p.restorable) {
        let read = table
            .plan
            .map(|p| facts.short(&p.read_relation))
            .unwrap_or_default();
        text.push_str(&format!(
            " Rows are hidden rather than deleted; what is live is read from {}.",
            code(&read)
        ));
    }
    if entity.append_only {
        text.push_str(" Rows are added and never changed.");
    }
    page.paragraph(&text);
    for attribute in &entity.attributes {
        if let AttributeKind::States(states) = &attribute.kind {
            page.paragraph(&moves(&attribute.name, states));
        }
    }
    if let Some(kinds) = &entity.kinds {
        let names: Vec<String> = kinds.kinds.iter().map(|k| code(&k.name)).collect();
        page.paragraph(&format!("Each is exactly one of {}.", choice(&names)));
    }
}

/// The moves of a state attribute, one state after another.
fn moves(attribute: &str, states: &States) -> String {
    let told: Vec<String> = states
        .states
        .iter()
        .map(|from| {
            let to: Vec<String> = states
                .transitions
                .iter()
                .filter(|(a, _)| a == from)
                .map(|(_, b)| code(b))
                .collect();
            if to.is_empty() {
                format!("{} is final", code(from))
            } else {
                format!("{} leads to {}", code(from), choice(&to))
            }
        })
        .collect();
    format!(
        "Its {} begins as {}: {}.",
        prose(&spoken(attribute)),
        code(&states.initial),
        told.join("; ")
    )
}

fn columns(page: &mut Markdown, facts: &Facts<'_>, table: &TableFacts<'_>) {
    let rows = table.table.columns.iter().map(|column| {
        vec![
            code(column.name.as_str()),
            code(&short_type(facts.schema(), &column.data_type)),
            filled(column),
            prose(&meaning(facts, table, column)),
        ]
    });
    page.table(&["column", "type", "must be there", "meaning"], rows);
}

/// Whether a value must be there, and who fills it when nobody does.
fn filled(column: &Column) -> String {
    let filled = if let Some(generated) = &column.generated {
        format!("computed: {}", code(generated.expression.sql()))
    } else if column.identity.is_some() {
        "numbered".to_owned()
    } else if let Some(default) = &column.default {
        // The cast to the column's own type says nothing to a reader.
        let sql = default.sql();
        let shown = match sql.split_once("'::") {
            Some((literal, _)) if sql.starts_with('\'') => format!("{literal}'"),
            _ => sql.to_owned(),
        };
        format!("default {}", code(&shown))
    } else {
        String::new()
    };
    match (column.not_null, filled.is_empty()) {
        (true, true) => "yes".to_owned(),
        (true, false) => format!("yes, {filled}"),
        (false, true) => "no".to_owned(),
        (false, false) => format!("no, {filled}"),
    }
}

fn relationships(page: &mut Markdown, facts: &Facts<'_>, table: &TableFacts<'_>) {
    let forward = facts
        .references_from(table.name)
        .map(|r| prose(&r.forward()));
    // A reference of a table to itself is told once, in the first list.
    let backward = facts
        .references_to(table.name)
        .filter(|r| {
            facts
                .table(r.from)
                .is_some_and(|t| t.role == TableRole::Entity)
        })
        .map(|r| prose(&r.backward()));
    let roles = facts
        .tables
        .iter()
        .filter(|t| {
            matches!(t.role, TableRole::Role(_))
                && t.entity.map(|e| &e.name) == table.entity.map(|e| &e.name)
        })
        .flat_map(|role| facts.references_to(role.name))
        .map(|r| prose(&r.backward()));
    let told: Vec<String> = forward.chain(backward).chain(roles).collect();
    if !told.is_empty() {
        page.paragraph("How it relates to the rest:");
        page.items(told);
    }
}

fn constraints(page: &mut Markdown, facts: &Facts<'_>, table: &TableFacts<'_>) {
    let mut sorted: Vec<_> = table.table.constraints.iter().collect();
    sorted.sort_by_key(|(_, constraint)| place(constraint));
    let rows = sorted.into_iter().map(|(name, constraint)| {
        let object = ObjectId::Constraint(table.name.clone(), name.clone());
        vec![
            code(name.as_str()),
            code(&demands(facts, constraint)),
            why(facts, &object, constraint),
        ]
    });
    let triggers = table.table.triggers.iter().filter_map(|(name, trigger)| {
        let object = ObjectId::Trigger(table.name.clone(), name.clone());
        let rule = reason(facts, &object)
            .or_else(|| trigger.comment.as_deref().map(|c| prose(&sentence(c))))?;
        Some(vec![
            format!("trigger {}", code(name.as_str())),
            code(&format!("{}()", facts.short(&trigger.function))),
            rule,
        ])
    });
    let rows: Vec<_> = rows.chain(triggers).collect();
    page.table(&["constraint", "demands", "why"], rows);
}

/// Keys first, then what a row refers to, then what it may hold.
fn place(constraint: &Constraint) -> u8 {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(_) => 0,
        ConstraintKind::Unique(_) => 1,
        ConstraintKind::ForeignKey(_) => 2,
        ConstraintKind::Exclusion { .. } => 3,
        ConstraintKind::Check(_) => 4,
    }
}

/// The rule behind an object, in the author's words.
fn reason(facts: &Facts<'_>, object: &ObjectId) -> Option<String> {
    let says: Vec<String> = facts
        .rules_of(object)
        .map(|r| prose(&sentence(r.says)))
        .collect();
    (!says.is_empty()).then(|| says.join(" "))
}

/// The rule or the reason behind a constraint.
fn why(facts: &Facts<'_>, object: &ObjectId, constraint: &Constraint) -> String {
    if let Some(reason) = reason(facts, object) {
        return reason;
    }
    if let Some(comment) = &constraint.comment {
        return prose(&sentence(comment));
    }
    match &constraint.kind {
        ConstraintKind::PrimaryKey(_) => "Identifies the row.".to_owned(),
        ConstraintKind::ForeignKey(key) => facts
            .relationships
            .iter()
            .find(|r| {
                r.key == key && ObjectId::Constraint(r.from.clone(), r.name.clone()) == *object
            })
            .map(|r| prose(&r.forward()))
            .unwrap_or_default(),
        _ => facts
            .decisions_of(object)
            .next()
            .map(|d| prose(&d.title))
            .unwrap_or_default(),
    }
}

/// What a constraint demands, as SQL writes it.
pub fn demands(facts: &Facts<'_>, constraint: &Constraint) -> String {
    let names = |columns: &[pgwright_catalog::Name]| {
        columns
            .iter()
            .map(|c| c.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => format!("PRIMARY KEY ({})", names(&key.columns)),
        ConstraintKind::Unique(key) => format!(
            "UNIQUE{} ({}{})",
            if key.nulls_not_distinct {
                " NULLS NOT DISTINCT"
            } else {
                ""
            },
            names(&key.columns),
            if key.without_overlaps {
                " WITHOUT OVERLAPS"
            } else {
                ""
            }
        ),
        ConstraintKind::Check(sql) => format!("CHECK ({})", sql.sql()),
        ConstraintKind::ForeignKey(key) => format!(
            "({}) → {} ({}){}",
            names(&key.columns),
            facts.short(&key.references),
            names(&key.referenced_columns),
            on_delete(&key.on_delete)
        ),
        ConstraintKind::Exclusion {
            elements,
            predicate,
            ..
        } => {
            let parts: Vec<String> = elements
                .iter()
                .map(|e| {
                    let key = match &e.element.key {
                        pgwright_catalog::IndexKey::Column(c) => c.to_string(),
                        pgwright_catalog::IndexKey::Expression(sql) => sql.sql().to_owned(),
                    };
                    format!("{key} WITH {}", e.operator)
                })
                .collect();
            let only = predicate.as_ref().map(|p| format!(" WHERE {}", p.sql()));
            format!("EXCLUDE ({}){}", parts.join(", "), only.unwrap_or_default())
        }
    }
}

fn on_delete(action: &pgwright_catalog::ReferentialAction) -> &'static str {
    use pgwright_catalog::ReferentialAction as Action;
    match action {
        Action::NoAction => "",
        Action::Restrict => " ON DELETE RESTRICT",
        Action::Cascade => " ON DELETE CASCADE",
        Action::SetNull(_) => " ON DELETE SET NULL",
        Action::SetDefault(_) => " ON DELETE SET DEFAULT",
    }
}

fn indexes(page: &mut Markdown, facts: &Facts<'_>, table: &TableFacts<'_>) {
    let rows = table.table.indexes.iter().map(|(name, index)| {
        let object = ObjectId::Index(table.name.clone(), name.clone());
        vec![
            code(name.as_str()),
            code(&index_text(index)),
            index_reason(facts, &object),
        ]
    });
    page.table(&["index", "over", "serves"], rows);
}

/// What an index is there for: lookups, rules, references, or the decision that made it.
pub fn index_reason(facts: &Facts<'_>, object: &ObjectId) -> String {
    let mut reasons: Vec<String> = facts
        .access_of(object)
        .map(|a| sentence(&a.pattern.says))
        .collect();
    reasons.extend(facts.rules_of(object).map(|r| sentence(r.says)));
    if let ObjectId::Index(table, name) = object
        && let Some(found) = facts.table(table)
        && let Some(index) = found.table.indexes.get(name)
    {
        if let Some(comment) = &index.comment {
            // The comment often says the same in its own words.
            let comment = sentence(comment);
            let lower = comment.to_lowercase();
            reasons.retain(|r| !lower.contains(r.to_lowercase().trim_end_matches('.')));
            reasons.insert(0, comment);
        } else if reasons.is_empty() {
            let first = index.elements.first().and_then(|e| match &e.key {
                pgwright_catalog::IndexKey::Column(column) => Some(column),
                pgwright_catalog::IndexKey::Expression(_) => None,
            });
            let reference = facts
                .references_from(table)
                .find(|r| r.key.columns.first() == first || r.own_column() == first);
            if let Some(reference) = reference {
                reasons.push(format!(
                    "Finds the rows of one row of {}, and lets it be deleted without reading the whole table.",
                    facts.short(reference.to)
                ));
            }
        }
    }
    if reasons.is_empty() {
        reasons.extend(facts.decisions_of(object).map(|d| sentence(&d.title)));
    }
    if reasons.is_empty() {
        named(facts, object)
    } else {
        prose(&reasons.join(" "))
    }
}
