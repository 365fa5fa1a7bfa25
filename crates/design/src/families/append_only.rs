//! Tables whose rows are never changed or removed.

use pgwright_brief::model::Entity;
use pgwright_catalog::{ObjectId, Trigger, TriggerEvent, TriggerTiming, quote_literal};

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::names;
use crate::testing::{Case, Expected, RuleTest};
use crate::trial::insert_beside;
use crate::trigger_rules::{self, RESTRICT_VIOLATION, Refusal, Rights};
use crate::words;

const FAMILY: &str = "append_only";

/// Tables whose rows are never changed or removed.
#[derive(Debug)]
pub struct AppendOnly;

impl Family for AppendOnly {
    fn name(&self) -> &'static str {
        FAMILY
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let mut subjects = Vec::new();
        let mut entities = Vec::new();
        for entity in draft.created_entities().filter(|e| e.append_only) {
            subjects.extend(build_entity(draft, entity));
            entities.push(entity);
        }
        decide(draft, &entities, subjects);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        draft
            .created_entities()
            .filter(|e| e.append_only)
            .map(|entity| test(draft, fixtures, entity))
            .collect()
    }
}

fn rule_id(entity: &Entity) -> String {
    format!("{}.append_only", entity.name)
}

fn constraint_name(draft: &Draft<'_>, entity: &Entity) -> String {
    names::derived(&draft.plan(&entity.name).table, &[], "append_only").to_string()
}

fn build_entity(draft: &mut Draft<'_>, entity: &Entity) -> Vec<ObjectId> {
    let table = draft.plan(&entity.name).table.clone();
    let constraint = constraint_name(draft, entity);
    let one = words::a(&entity.name);
    let refusal = Refusal {
        condition: "restrict_violation",
        constraint: &constraint,
        table: &table,
        message: quote_literal(&format!(
            "{one} is never changed or removed once it is recorded"
        )),
        hint: Some(quote_literal(
            "Record another row that corrects it. Old partitions are detached, not deleted from.",
        )),
    };
    let maintenance = trigger_rules::unless_in_maintenance(draft);
    let body = format!(
        "BEGIN\n{maintenance}    \
         -- For everyone, the table's owner and cascades from other tables included.\n\
         {}END",
        refusal.raise(4)
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["refuse"], "change"),
        body,
        Rights::Session,
        &format!("Refuses every UPDATE, DELETE and TRUNCATE of {table}."),
        &[],
    );
    let mut change = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Update, TriggerEvent::Delete],
        function.clone(),
    );
    change.comment = Some("Rows are added and never changed or removed.".to_owned());
    let mut truncate = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Truncate],
        function.clone(),
    );
    truncate.for_each_row = false;
    let by = vec![
        trigger_rules::add_trigger(draft, &table, "refuse_change", change),
        trigger_rules::add_trigger(draft, &table, "refuse_truncate", truncate),
        trigger_rules::function_object(&function),
    ];
    draft.enforce(Enforcement {
        rule: rule_id(entity),
        says: format!("Once recorded, {one} is never changed or removed."),
        by: by.clone(),
        how: "Triggers refuse UPDATE, DELETE and TRUNCATE for everyone with restrict_violation, \
              and no role but the owner is granted them. A deletion elsewhere that would cascade \
              here fails too."
            .to_owned(),
        family: FAMILY,
        source: Source::at(entity.name.clone(), entity.span),
    });
    by
}

fn decide(draft: &mut Draft<'_>, entities: &[&Entity], subjects: Vec<ObjectId>) {
    let Some(first) = entities.first() else {
        return;
    };
    let names: Vec<String> = entities.iter().map(|e| e.name.replace('_', " ")).collect();
    let partitioned = entities
        .iter()
        .any(|e| draft.plan(&e.name).partition.is_some());
    let mut rationale =
        "Privileges alone keep applications from changing rows, but not the owner, \
                         a migration or a cascade; a trigger holds for all of them. Nothing is \
                         updated, so pages are filled to the brim (the default fillfactor), no row \
                         ever moves, and there is no column for the time of a last change."
            .to_owned();
    if partitioned {
        rationale.push_str(
            " Retention does not collide with it: an old partition is detached and dropped, which \
             touches no row.",
        );
    }
    draft.decide(Decision {
        family: FAMILY,
        title: format!("Rows of {} are only ever added", names.join(", ")),
        subjects,
        choice: "Triggers refuse UPDATE, DELETE and TRUNCATE, and the privileges are withheld."
            .to_owned(),
        rationale,
        alternatives: vec![
            Alternative::new(
                "Withhold the privileges only",
                "Enough against mistakes of applications; the owner and superusers could still \
                 change the past without noticing that they should not.",
            ),
            Alternative::new(
                "Rules (CREATE RULE … DO INSTEAD NOTHING)",
                "They swallow the change silently, and the program believes that it happened.",
            ),
        ],
        source: Source::at(first.name.clone(), first.span),
        weight: Weight::Notable,
    });
}

fn test(draft: &Draft<'_>, fixtures: &Fixtures<'_>, entity: &Entity) -> RuleTest {
    let constraint = constraint_name(draft, entity);
    let row = fixtures.row(&entity.name, 1);
    let table = fixtures.table_of(&row).quoted();
    let rejected = || Expected::rejected(RESTRICT_VIOLATION, Some(&constraint));
    let case = |says: &str, sql: String, expected| Case {
        says: says.to_owned(),
        statements: vec![sql],
        expected,
    };
    // Any column that may stand in SET at all: even setting it to itself is refused.
    let column = draft
        .table(&entity.name)
        .columns
        .iter()
        .rev()
        .find(|c| c.generated.is_none() && c.identity.as_ref().is_none_or(|i| !i.always))
        .map_or_else(|| "id".to_owned(), |c| c.name.quoted());
    let condition = fixtures.key_condition(&row);
    let cases = vec![
        // Before anything is added: a table with checks still to come cannot be emptied. CASCADE,
        // because a table that others refer to is refused before triggers are asked; the error may
        // then be that of another append-only table.
        case(
            "emptying the table",
            format!("TRUNCATE {table} CASCADE"),
            Expected::rejected(RESTRICT_VIOLATION, None),
        ),
        Case {
            says: "a new row".to_owned(),
            statements: insert_beside(fixtures, &row),
            expected: Expected::Accepted,
        },
        case(
            "changing it",
            format!("UPDATE {table} SET {column} = {column} WHERE {condition}"),
            rejected(),
        ),
        case("removing it", fixtures.delete(&row), rejected()),
    ];
    RuleTest {
        rule: rule_id(entity),
        says: format!(
            "Once recorded, {} is never changed or removed.",
            words::a(&entity.name)
        ),
        given: fixtures.needs(&[&row]),
        cases,
    }
}
