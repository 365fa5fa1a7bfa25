//! The function that erases a person's data, the record that it did, and its test.

use std::collections::BTreeMap;

use pgwright_catalog::{
    Argument, Column, Constraint, Name, ObjectId, QualifiedName, Routine, quote_literal,
};

use super::{Marked, marked, substitute::substitute};
use crate::companion::{self, Holds, Shape};
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::testing::{Case, Expected, RuleTest};
use crate::trigger_rules;
use crate::{names, words};

fn function_name(draft: &Draft<'_>, entity: &str) -> QualifiedName {
    draft.qualified(names::shortened(&format!("erase_{entity}"), ""))
}

/// Adds the function and its log.
pub fn build(draft: &mut Draft<'_>, entity: &str) {
    let own = marked(draft, entity);
    let parts = parts_with_personal_data(draft, entity);
    if own.is_empty() && parts.is_empty() {
        return;
    }
    let spoken = words::spoken(entity);
    let plan = draft.plan(entity).clone();
    let log = companion::add(
        draft,
        Shape {
            entity,
            holds: Holds::Erasures,
            singular: format!("{entity}_erasure"),
            verb: "erased",
            columns: vec![
                Column::new("reason", "text")
                    .not_null()
                    .comment("Why: the request, by its number or date. Never the erased values."),
            ],
            comment: format!(
                "Which {spoken} was erased, when, by whom and why; not what stood there."
            ),
        },
    );
    if let Some(table) = draft.catalog.tables.get_mut(&log) {
        table.constraints.insert(
            names::derived(&log, &["reason", "not_blank"], "check"),
            Constraint::check("reason ~ '[^[:space:]]'"),
        );
    }
    // Histories and triggers that refuse changes ask whether maintenance is at work.
    companion::in_maintenance(draft);

    let mut body = format!(
        "BEGIN\n    \
             -- The row is locked first, so that nothing is written to it in between.\n    \
             PERFORM\n    \
             FROM {table} AS t\n    \
             WHERE {row}\n    \
             FOR UPDATE;\n    \
             IF NOT FOUND THEN\n        \
                 RAISE EXCEPTION USING\n            \
                     ERRCODE = 'no_data_found',\n            \
                     MESSAGE = format('there is no {spoken} {places} to erase', {values});\n    \
             END IF;\n",
        table = plan.table.quoted(),
        row = companion::key_equals_arguments(&plan, "t"),
        places = companion::key_in_message(&plan).0,
        values = companion::key_in_message(&plan).1,
    );
    let mut touched = vec![plan.table.clone(), log.clone()];
    for (table, columns) in by_table(&own) {
        let condition = if table == plan.table {
            companion::key_equals_arguments(&plan, "t")
        } else {
            role_row(draft, entity, &table)
        };
        body.push_str(&update(draft, &table, &columns, &condition));
        touched.push(table);
    }
    for (part, link) in &parts {
        let columns = marked(draft, part);
        let condition = link
            .columns
            .iter()
            .zip(&link.key)
            .map(|(own, key)| {
                format!(
                    "t.{} = {}",
                    own.quoted(),
                    companion::argument_name(key).quoted()
                )
            })
            .collect::<Vec<_>>()
            .join(" AND ");
        for (table, columns) in by_table(&columns) {
            body.push_str(&update(draft, &table, &columns, &condition));
            touched.push(table);
        }
    }
    body.push_str(&clear_history(draft, entity, &own, &mut touched));
    body.push_str(&record(draft, entity, &log));
    body.push_str("END");

    let mut function = Routine::function("plpgsql", "void", body);
    function.arguments = companion::key_arguments(&plan);
    function.arguments.push(Argument::input("reason", "text"));
    function.security_definer = true;
    function
        .settings
        .insert(companion::maintenance_setting(draft), "'on'".to_owned());
    function.comment = Some(format!(
        "Overwrites the personal data of {}, also in its history, and records that it did. \
         Calling it again changes nothing but adds to the record.",
        words::a(entity)
    ));
    let signature = function.signature(function_name(draft, entity));
    for table in touched {
        draft
            .catalog
            .depends(ObjectId::Routine(signature.clone()), ObjectId::Table(table));
    }
    draft.catalog.routines.insert(signature.clone(), function);

    draft.enforce(Enforcement {
        rule: format!("{entity}_erasure"),
        says: format!(
            "The personal data of {} can be erased on request",
            words::a(entity)
        ),
        by: vec![
            ObjectId::Routine(signature.clone()),
            ObjectId::Table(log.clone()),
        ],
        how: "The function locks the row, overwrites every marked column, clears the same values \
              from the history, and records who asked for it and why, all in one transaction. \
              Other writers of the row wait for it."
            .to_owned(),
        family: "personal_data",
        source: Source::of("policies.erasable"),
    });
    decide(
        draft,
        entity,
        &own,
        &parts,
        ObjectId::Routine(signature),
        log,
    );
}

/// Parts of the entity, and parts of those, that hold personal data: only the first level has the
/// whole's key.
fn parts_with_personal_data(draft: &Draft<'_>, whole: &str) -> Vec<(String, trigger_rules::Link)> {
    companion::designed_entities(draft)
        .into_iter()
        .filter(|part| {
            draft
                .brief
                .entity(part)
                .and_then(|e| e.part_of.as_ref())
                .is_some_and(|p| p.whole == whole)
        })
        .filter(|part| !marked(draft, part).is_empty())
        .filter_map(|part| {
            let link = trigger_rules::link(draft, &part, whole)?;
            Some((part, link))
        })
        .collect()
}

fn by_table<'a, 'b>(columns: &'a [Marked<'b>]) -> BTreeMap<QualifiedName, Vec<&'a Marked<'b>>> {
    let mut tables: BTreeMap<QualifiedName, Vec<&Marked<'b>>> = BTreeMap::new();
    for column in columns {
        tables.entry(column.table.clone()).or_default().push(column);
    }
    tables
}

/// The row of a role's table, whose key columns stand in the order of the entity's.
fn role_row(draft: &Draft<'_>, entity: &str, table: &QualifiedName) -> String {
    let plan = draft.plan(entity);
    let Some(role) = plan.role_tables.values().find(|r| r.table == *table) else {
        return companion::key_equals_arguments(plan, "t");
    };
    role.key
        .iter()
        .zip(&plan.key)
        .map(|((own, _), (key, _))| {
            format!(
                "t.{} = {}",
                own.quoted(),
                companion::argument_name(key).quoted()
            )
        })
        .collect::<Vec<_>>()
        .join(" AND ")
}

fn update(
    draft: &Draft<'_>,
    table: &QualifiedName,
    columns: &[&Marked<'_>],
    condition: &str,
) -> String {
    let assignments: Vec<String> = columns
        .iter()
        .map(|c| format!("{} = {}", c.column.quoted(), substitute(draft, c)))
        .collect();
    format!(
        "    UPDATE {} AS t\n    SET\n        {}\n    WHERE {condition};\n",
        table.quoted(),
        assignments.join(",\n        ")
    )
}

/// Clears what histories of the entity keep of the values, the change just made included.
fn clear_history(
    draft: &Draft<'_>,
    entity: &str,
    own: &[Marked<'_>],
    touched: &mut Vec<QualifiedName>,
) -> String {
    let mut sql = String::new();
    for (table, c) in &draft.companions {
        if c.holds != Holds::Changes || c.entity.as_deref() != Some(entity) {
            continue;
        }
        let Some(history) = draft.catalog.tables.get(table) else {
            continue;
        };
        let columns: Vec<String> = own
            .iter()
            .flat_map(|m| ["before", "after"].map(|side| names::shortened(m.column.as_str(), side)))
            .filter(|name| history.column(name.as_str()).is_some())
            .map(|name| format!("{} = NULL", name.quoted()))
            .collect();
        if columns.is_empty() {
            continue;
        }
        sql.push_str(&format!(
            "    UPDATE {} AS t\n    SET\n        {}\n    WHERE {};\n",
            table.quoted(),
            columns.join(",\n        "),
            companion_row(draft, entity)
        ));
        touched.push(table.clone());
    }
    sql
}

fn companion_row(draft: &Draft<'_>, entity: &str) -> String {
    let plan = draft.plan(entity);
    companion::reference_columns(plan, entity)
        .iter()
        .zip(&plan.key)
        .map(|(own, (key, _))| {
            format!(
                "t.{} = {}",
                own.quoted(),
                companion::argument_name(key).quoted()
            )
        })
        .collect::<Vec<_>>()
        .join(" AND ")
}

fn record(draft: &mut Draft<'_>, entity: &str, log: &QualifiedName) -> String {
    let plan = draft.plan(entity).clone();
    let mut targets: Vec<String> = companion::reference_columns(&plan, entity)
        .iter()
        .map(Name::quoted)
        .collect();
    let mut values: Vec<String> = plan
        .key
        .iter()
        .map(|(key, _)| companion::argument_name(key).quoted())
        .collect();
    if let Some(actor) = companion::current_actor(draft) {
        targets.push("erased_by".to_owned());
        values.push(actor);
    }
    targets.push("reason".to_owned());
    values.push("reason".to_owned());
    format!(
        "    INSERT INTO {} ({})\n    VALUES ({});\n",
        log.quoted(),
        targets.join(", "),
        values.join(", ")
    )
}

fn decide(
    draft: &mut Draft<'_>,
    entity: &str,
    own: &[Marked<'_>],
    parts: &[(String, trigger_rules::Link)],
    function: ObjectId,
    log: QualifiedName,
) {
    let columns: Vec<String> = own.iter().map(|m| m.column.to_string()).collect();
    let with_parts = if parts.is_empty() {
        String::new()
    } else {
        let named: Vec<String> = parts
            .iter()
            .map(|(p, _)| words::spoken(&names::plural(p)))
            .collect();
        format!(" It reaches into its {} as well.", words::list(&named))
    };
    let function_name = function.name();
    draft.decide(Decision {
        family: "personal_data",
        title: format!("Erasure of {}", words::a(entity)),
        subjects: vec![function, ObjectId::Table(log.clone())],
        choice: format!("{function_name} overwrites the values and keeps the row."),
        rationale: format!(
            "The row stays, because others refer to it and sums must still add up; {} are \
             overwritten: with NULL where that is allowed, else with a text that has the demanded \
             form and says nothing, made unique with the key where it must be.{with_parts} The \
             history loses the same values. {} records who erased what, when and why, which the \
             law wants shown, and not what stood there. Backups keep the old values until they \
             expire: the record says what to erase again after a restore.",
            words::list_some(&columns, 8),
            log.name
        ),
        alternatives: vec![
            Alternative::new(
                "Delete the row",
                "Complete, and takes with it, or is refused by, everything that refers to it.",
            ),
            Alternative::new(
                "Forget a key (crypto-shredding)",
                "One key per person, values encrypted with it; forgetting the key also erases \
                 them from backups. The application then encrypts and decrypts everything, and \
                 nothing can be searched.",
            ),
        ],
        source: Source::of("policies.erasable"),
        weight: Weight::Notable,
    });
}

/// The test: afterwards no marked column holds what it held, and the record says so.
pub fn test(draft: &Draft<'_>, fixtures: &Fixtures<'_>, entity: &str) -> Option<RuleTest> {
    use pgwright_brief::model::AttributeKind;
    let plan = draft.plan(entity);
    let own: Vec<Marked<'_>> = marked(draft, entity)
        .into_iter()
        .filter(|m| m.table == plan.table && m.part.is_none())
        .filter(|m| matches!(m.attribute.kind, AttributeKind::Value(_)))
        .collect();
    own.first()?;
    let mut row = fixtures.row(entity, 1);
    for m in &own {
        let value = fixtures.sample(entity, &m.attribute.name, 1);
        row = fixtures.with(row, &m.attribute.name, &value);
    }
    let condition = fixtures.key_condition(&row);
    let table = plan.table.quoted();
    let arguments: Vec<String> = plan
        .key
        .iter()
        .map(|(name, _)| format!("t.{}", name.quoted()))
        .collect();
    let call = |arguments: &[String], reason: &str| {
        format!(
            "SELECT {}({}, {}) FROM {table} AS t WHERE {condition}",
            function_name(draft, entity).quoted(),
            arguments.join(", "),
            quote_literal(reason)
        )
    };
    let unchanged: Vec<String> = own
        .iter()
        .map(|m| {
            let value = fixtures.sample(entity, &m.attribute.name, 1);
            format!("{} = {value}", m.column.quoted())
        })
        .collect();
    let log = draft
        .companions
        .iter()
        .find(|(_, c)| c.holds == Holds::Erasures && c.entity.as_deref() == Some(entity))
        .map(|(t, _)| t.clone())?;
    let mut given = fixtures.insert(&[&row]);
    given.extend(companion::set_tenant(draft, entity, &condition));
    let reference: Vec<String> = companion::reference_columns(plan, entity)
        .iter()
        .map(Name::quoted)
        .collect();
    let logged = format!(
        "SELECT FROM {} WHERE ({}) = (SELECT {} FROM {table} AS t WHERE {condition})",
        log.quoted(),
        reference.join(", "),
        arguments.join(", ")
    );
    Some(RuleTest {
        rule: format!("{entity}_erasure"),
        says: format!(
            "Erasing {} leaves none of its personal data",
            words::a(entity)
        ),
        given,
        cases: vec![
            Case {
                says: "without a reason".to_owned(),
                statements: vec![call(&arguments, " ")],
                expected: Expected::rejected(
                    trigger_rules::CHECK_VIOLATION,
                    Some(names::derived(&log, &["reason", "not_blank"], "check").as_str()),
                ),
            },
            Case {
                says: "nothing personal is left".to_owned(),
                statements: vec![
                    call(&arguments, "request of the person"),
                    format!(
                        "SELECT FROM {table} WHERE {condition} AND ({})",
                        unchanged.join(" OR ")
                    ),
                ],
                expected: Expected::Returns(0),
            },
            Case {
                says: "the erasure is on record, and can be repeated".to_owned(),
                statements: vec![call(&arguments, "asked once more"), logged],
                expected: Expected::Returns(2),
            },
        ],
    })
}
