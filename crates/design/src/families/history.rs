//! Who changed what, and when: typed change tables.

use std::collections::BTreeMap;

use pgwright_brief::model::{Attribute, AttributeKind, Entity, ValueType};
use pgwright_catalog::{
    Column, Name, ObjectId, QualifiedName, Trigger, TriggerEvent, TriggerTiming,
};

use super::{Family, copied_values};
use crate::companion::{self, Holds, Shape};
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::testing::{Case, Expected, RuleTest};
use crate::trigger_rules::{self, Rights};
use crate::{names, words};

/// Who changed what, and when: typed change tables.
#[derive(Debug)]
pub struct History;

impl Family for History {
    fn name(&self) -> &'static str {
        "history"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for (entity, attributes) in tracked(draft) {
            let columns = tracked_columns(draft, &entity, &attributes);
            if columns.is_empty() {
                continue;
            }
            build_for(draft, &entity, &attributes, &columns);
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        draft
            .companions
            .iter()
            .filter(|(_, c)| c.holds == Holds::Changes)
            .filter_map(|(table, c)| test_of(draft, fixtures, table, c.entity.as_deref()?))
            .collect()
    }
}

/// Entities with the attributes whose changes are recorded; `*` is spelled out.
fn tracked(draft: &Draft<'_>) -> Vec<(String, Vec<String>)> {
    let mut asked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (entity, attribute) in &draft.brief.policies.history {
        asked.entry(entity).or_default().push(attribute);
    }
    let mut tracked = Vec::new();
    for entity in draft
        .brief
        .entities
        .iter()
        .filter(|e| companion::is_designed(e))
    {
        let Some(asked) = asked.get(entity.name.as_str()) else {
            continue;
        };
        let all = asked.contains(&"*");
        let attributes: Vec<String> = attribute_names(entity)
            .into_iter()
            .filter(|name| all || asked.contains(&name.as_str()))
            .collect();
        tracked.push((entity.name.clone(), attributes));
    }
    tracked
}

fn attribute_names(entity: &Entity) -> Vec<String> {
    let mut names: Vec<String> = entity.kinds.iter().map(|k| k.attribute.clone()).collect();
    for (attribute, _) in Draft::stored_attributes(entity) {
        if attribute.computed.is_none() && !names.contains(&attribute.name) {
            names.push(attribute.name.clone());
        }
    }
    names
}

/// Columns of those attributes, with their types, but for the key and the tenant, which never
/// change.
fn tracked_columns(draft: &Draft<'_>, entity: &str, attributes: &[String]) -> Vec<(Name, String)> {
    let plan = draft.plan(entity);
    let table = draft.table(entity);
    let mut columns: Vec<(Name, String)> = Vec::new();
    for attribute in attributes {
        let all = plan
            .columns
            .get(attribute)
            .map(Columns::all)
            .unwrap_or_default();
        for name in all {
            let fixed = plan.key.iter().any(|(key, _)| *key == name)
                || plan.tenant_column.as_ref() == Some(&name);
            if let Some(column) = table.column(name.as_str())
                && !fixed
                && !columns.iter().any(|(known, _)| *known == name)
            {
                columns.push((name, column.data_type.clone()));
            }
        }
    }
    columns
}

fn build_for(
    draft: &mut Draft<'_>,
    entity: &str,
    attributes: &[String],
    columns: &[(Name, String)],
) {
    let spoken = words::spoken(entity);
    let sides = columns
        .iter()
        .flat_map(|(name, data_type)| {
            ["before", "after"].map(|side| {
                Column::new(side_column(name, side), data_type.clone()).comment(format!(
                    "{} {side} the change.",
                    words::capital(&words::spoken(name.as_str()))
                ))
            })
        })
        .collect();
    let table = companion::add(
        draft,
        Shape {
            entity,
            holds: Holds::Changes,
            singular: format!("{entity}_change"),
            verb: "changed",
            columns: sides,
            comment: format!(
                "Every change of {} of {}: before, after, when and by whom. Written by a trigger; \
                 rows are never changed.",
                words::list_some(&spoken_names(attributes), 6),
                words::a(entity),
            ),
        },
    );
    let function = add_function(draft, entity, &table, columns);
    let mut trigger = Trigger::row(
        TriggerTiming::After,
        [TriggerEvent::Update],
        function.clone(),
    );
    let differs: Vec<String> = columns
        .iter()
        .map(|(name, data_type)| differs(name, data_type))
        .collect();
    trigger.when = Some(pgwright_catalog::Expression::new(differs.join(" OR ")));
    trigger.comment = Some(format!(
        "Records changes of {} in {table}.",
        words::list_some(&spoken_names(attributes), 6)
    ));
    let entity_table = draft.plan(entity).table.clone();
    let trigger = trigger_rules::add_trigger(draft, &entity_table, "record_change", trigger);

    draft.enforce(Enforcement {
        rule: format!("{entity}_history"),
        says: format!(
            "It can be shown who changed {} of {}, and when",
            words::list_some(&spoken_names(attributes), 6),
            words::a(entity)
        ),
        by: vec![
            ObjectId::Table(table.clone()),
            trigger,
            trigger_rules::function_object(&function),
        ],
        how: format!(
            "An AFTER UPDATE trigger writes one row into {table} when one of the columns really \
             differs. Writers of the same row wait for each other on the row itself, so changes \
             stand in the order they were made. No role but the owner may write the table."
        ),
        family: "history",
        source: Source::of("policies.history"),
    });
    decide(draft, entity, &spoken, attributes, table, function);
}

fn spoken_names(attributes: &[String]) -> Vec<String> {
    attributes.iter().map(|a| words::spoken(a)).collect()
}

fn side_column(column: &Name, side: &str) -> Name {
    names::shortened(column.as_str(), side)
}

/// `json` has no equality; its text has.
fn differs(column: &Name, data_type: &str) -> String {
    let column = column.quoted();
    let cast = match data_type {
        "json" | "xml" | "point" => "::text",
        _ => "",
    };
    format!("OLD.{column}{cast} IS DISTINCT FROM NEW.{column}{cast}")
}

fn add_function(
    draft: &mut Draft<'_>,
    entity: &str,
    table: &QualifiedName,
    columns: &[(Name, String)],
) -> QualifiedName {
    let plan = draft.plan(entity).clone();
    let mut targets = Vec::new();
    let mut values = Vec::new();
    for (own, (key, _)) in companion::reference_columns(&plan, entity)
        .iter()
        .zip(&plan.key)
    {
        targets.push(own.quoted());
        values.push(format!("NEW.{}", key.quoted()));
    }
    if let Some(actor) = companion::current_actor(draft) {
        targets.push("changed_by".to_owned());
        values.push(actor);
    }
    for (name, _) in columns {
        targets.push(side_column(name, "before").quoted());
        values.push(format!("OLD.{}", name.quoted()));
        targets.push(side_column(name, "after").quoted());
        values.push(format!("NEW.{}", name.quoted()));
    }
    let body = format!(
        "BEGIN\n    \
             INSERT INTO {} (\n        {}\n    )\n    \
             VALUES (\n        {}\n    );\n    \
             RETURN NULL;\n\
         END",
        table.quoted(),
        targets.join(",\n        "),
        values.join(",\n        "),
    );
    let name = names::shortened(&format!("{}_record_change", plan.table.name), "");
    trigger_rules::add_function(
        draft,
        name,
        body,
        Rights::Owner,
        &format!(
            "Records what a change of {} was. Runs as the owner, because nobody else may write \
             the history.",
            words::a(entity)
        ),
        std::slice::from_ref(table),
    )
}

fn decide(
    draft: &mut Draft<'_>,
    entity: &str,
    spoken: &str,
    attributes: &[String],
    table: QualifiedName,
    function: QualifiedName,
) {
    let named = words::list_some(&spoken_names(attributes), 6);
    let rows = draft
        .plan(entity)
        .expected_rows
        .map(|rows| format!(" on {} rows", words::count(rows)))
        .unwrap_or_default();
    let many = if attributes.len() > 1 { "are" } else { "is" };
    draft.decide(Decision {
        family: "history",
        title: format!("History of {named} of {}", words::a(entity)),
        subjects: vec![
            ObjectId::Table(table.clone()),
            trigger_rules::function_object(&function),
        ],
        choice: format!(
            "A table of its own, {}, with each tracked column before and after, in its own type.",
            table.name
        ),
        rationale: format!(
            "The brief wants to see who changed {named}, and when; only that {many} recorded, so \
             a change of anything else{rows} costs nothing. Columns keep their types, so a report \
             over the history (how long does {} stay in each state?) is plain SQL that reads well \
             and uses an index. The value a row began with is the first change's value before; \
             created_at and created_by of the {spoken} say when and by whom it began. The \
             history is written by a trigger that runs as the owner: the application can neither \
             forget it nor rewrite it. It stays as long as it is worth keeping: a purge of it is \
             a decision of its own.",
            words::a(entity),
        ),
        alternatives: vec![
            Alternative::new(
                "One audit table for everything, with jsonb before and after",
                "One trigger serves every table, and new columns are covered by themselves. But \
                 values lose their types, every row repeats column names, questions about one \
                 column need casts and expression indexes, and erasing personal data means \
                 editing documents. Right when everything must be recorded and hardly ever read.",
            ),
            Alternative::new(
                "A version of the whole row for every change",
                "Shows a row as it was at any moment. Costs a copy of all columns for a change of \
                 one, and every reader must pick the current version.",
            ),
            Alternative::new(
                "Logical decoding to another system",
                "Costs the writers nothing, and cannot tell who acted: the log knows the database \
                 role, not the person.",
            ),
        ],
        source: Source::of("policies.history"),
        weight: Weight::Notable,
    });
}

fn test_of(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    table: &QualifiedName,
    entity: &str,
) -> Option<RuleTest> {
    let row = fixtures.row(entity, 1);
    let attributes = tracked(draft).into_iter().find(|(e, _)| e == entity)?.1;
    let entity_table = draft.plan(entity).table.quoted();
    let reference = companion::reference_columns(draft.plan(entity), entity);
    let (attribute, new_value) = changeable(draft, fixtures, entity, &attributes)?;
    let column = draft.column(entity, &attribute)?;
    let key: Vec<String> = draft
        .plan(entity)
        .key
        .iter()
        .map(|(n, _)| format!("t.{}", n.quoted()))
        .collect();
    let condition = fixtures.key_condition(&row);
    let recorded = |more: &str| {
        format!(
            "SELECT FROM {} WHERE ({}) = (SELECT {} FROM {entity_table} AS t WHERE {condition}){more}",
            table.quoted(),
            reference
                .iter()
                .map(Name::quoted)
                .collect::<Vec<_>>()
                .join(", "),
            key.join(", "),
        )
    };
    let after = side_column(&column, "after");
    Some(RuleTest {
        rule: format!("{entity}_history"),
        says: format!(
            "Changes of {} of {} are recorded",
            words::spoken(&attribute),
            words::a(entity)
        ),
        given: fixtures.insert(&[&row]),
        cases: vec![
            Case {
                says: "an update that changes nothing leaves no trace".to_owned(),
                statements: vec![
                    format!(
                        "UPDATE {entity_table} SET {column} = {column} WHERE {condition}",
                        column = column.quoted()
                    ),
                    recorded(""),
                ],
                expected: Expected::Returns(0),
            },
            Case {
                says: format!("a change of {} is recorded once", words::spoken(&attribute)),
                statements: vec![
                    fixtures.update(&row, &[(&attribute, &new_value)]),
                    recorded(&format!(
                        " AND {} IS NOT DISTINCT FROM (SELECT t.{} FROM {entity_table} AS t WHERE {condition}) AND changed_at = now()",
                        after.quoted(),
                        column.quoted()
                    )),
                ],
                expected: Expected::Returns(1),
            },
        ],
    })
}

/// A tracked attribute that a test can change without touching another rule, and a new value.
fn changeable(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &str,
    attributes: &[String],
) -> Option<(String, String)> {
    let found = draft.brief.entity(entity)?;
    let stored = Draft::stored_attributes(found);
    let candidates: Vec<&Attribute> = attributes
        .iter()
        .filter_map(|name| stored.iter().find(|(a, _)| &a.name == name))
        .filter(|(a, of_kind)| !copied_values::is_set_once(a) && of_kind.is_none())
        .map(|(a, _)| *a)
        .collect();
    let value = |a: &Attribute| (a.name.clone(), fixtures.sample(entity, &a.name, 2));
    // Plain values that no rule speaks of; then states that may be entered without more ado.
    let plain = |a: &&&Attribute| {
        is_plain(&a.kind)
            && a.copied_from.is_none()
            && a.gapless.is_none()
            && a.running_total.is_none()
    };
    if let Some(found) = candidates
        .iter()
        .filter(plain)
        .find(|a| !companion::is_ruled(found, &a.name, None))
    {
        return Some(value(found));
    }
    for attribute in &candidates {
        if let AttributeKind::States(states) = &attribute.kind {
            let free = states.transitions.iter().find(|(from, to)| {
                *from == states.initial && !companion::is_ruled(found, &attribute.name, Some(to))
            });
            if let Some((_, to)) = free {
                return Some((attribute.name.clone(), pgwright_catalog::quote_literal(to)));
            }
        }
    }
    candidates.iter().find(plain).map(|a| value(a))
}

fn is_plain(kind: &AttributeKind) -> bool {
    matches!(
        kind,
        AttributeKind::Value(
            ValueType::Name
                | ValueType::Text
                | ValueType::LongText
                | ValueType::Email
                | ValueType::Phone
                | ValueType::Url
                | ValueType::Code
                | ValueType::Money {
                    with_currency: false,
                    ..
                }
                | ValueType::Percentage
                | ValueType::Integer { .. }
                | ValueType::Quantity { .. }
                | ValueType::Decimal { .. }
                | ValueType::Date
                | ValueType::Instant
        )
    )
}
