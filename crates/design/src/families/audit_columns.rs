//! Who and when: created_at, updated_at, created_by, updated_by.

use pgwright_brief::model::Entity;
use pgwright_catalog::{
    Column, Name, ObjectId, QualifiedName, Trigger, TriggerEvent, TriggerTiming,
};

use super::Family;
use crate::companion::{self, Actor};
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::testing::{Case, Expected, RuleTest};
use crate::trigger_rules::{self, Rights};
use crate::words;

/// Rows a second beyond which a table of facts carries no audit columns: eight bytes and a clock
/// reading for every row would tell nothing that the fact's own time does not.
const TOO_FAST: f64 = 1_000.0;

/// Rows kept beyond which the same holds.
const TOO_MANY: f64 = 1e9;

/// Who and when: created_at, updated_at, created_by, updated_by.
#[derive(Debug)]
pub struct AuditColumns;

impl Family for AuditColumns {
    fn name(&self) -> &'static str {
        "audit_columns"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let actor = companion::actor(draft);
        let mut changing = Vec::new();
        let mut recorded = Vec::new();
        let mut bare = Vec::new();
        for name in companion::designed_entities(draft) {
            let Some(entity) = draft.brief.entity(&name) else {
                continue;
            };
            match audit_of(draft, entity) {
                Audit::Changes => changing.push(name),
                Audit::Recorded => recorded.push(name),
                Audit::None => bare.push(name),
            }
        }
        for name in &changing {
            add_columns(draft, name, actor.as_ref(), true);
        }
        for name in &recorded {
            let by = actor.as_ref().filter(|a| !names_actor(draft, name, a));
            add_columns(draft, name, by.cloned().as_ref(), false);
        }
        let functions = add_triggers(draft, &changing);
        record_decision(
            draft,
            &changing,
            &recorded,
            &bare,
            actor.as_ref(),
            functions,
        );
        if !changing.is_empty() {
            enforce(draft, &changing);
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        let entity = draft.brief.entities.iter().find(|e| {
            companion::is_designed(e)
                && audit_of(draft, e) == Audit::Changes
                && e.part_of.is_none()
                && draft.table(&e.name).column("created_at").is_some()
        });
        let Some(entity) = entity else {
            return Vec::new();
        };
        let row = fixtures.row(&entity.name, 1);
        let table = draft.plan(&entity.name).table.quoted();
        let condition = fixtures.key_condition(&row);
        vec![RuleTest {
            rule: "audit_columns".to_owned(),
            says: "An update stamps the time of the change, and the time a row was added stays"
                .to_owned(),
            given: fixtures.insert(&[&row]),
            cases: vec![Case {
                says: format!(
                    "an update of {} that tries to rewrite both times",
                    words::a(&entity.name)
                ),
                statements: vec![
                    fixtures.update(
                        &row,
                        &[
                            ("created_at", "timestamptz '2001-01-01 00:00:00+00'"),
                            ("updated_at", "timestamptz '2001-01-01 00:00:00+00'"),
                        ],
                    ),
                    format!(
                        "SELECT FROM {table} WHERE {condition} AND created_at = now() AND updated_at = now()"
                    ),
                ],
                expected: Expected::Returns(1),
            }],
        }]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audit {
    /// Rows change: created and updated.
    Changes,
    /// Rows are added only: created.
    Recorded,
    /// Too fast for either.
    None,
}

fn audit_of(draft: &Draft<'_>, entity: &Entity) -> Audit {
    if !entity.append_only {
        return Audit::Changes;
    }
    let volume = entity.volume.as_ref();
    let fast = volume
        .and_then(|v| v.peak_per_second)
        .is_some_and(|rate| rate > TOO_FAST);
    let many = draft
        .plan(&entity.name)
        .expected_rows
        .or(volume.and_then(|v| v.rows))
        .is_some_and(|rows| rows > TOO_MANY);
    let partition_needs_it = draft
        .plan(&entity.name)
        .partition
        .as_ref()
        .is_some_and(|p| p.column.as_str() == "created_at");
    if (fast || many) && companion::time_attribute(entity).is_some() && !partition_needs_it {
        Audit::None
    } else {
        Audit::Recorded
    }
}

/// An append-only entity that already refers to who acted needs no second column for it.
fn names_actor(draft: &Draft<'_>, entity: &str, actor: &Actor) -> bool {
    draft.brief.entity(entity).is_some_and(|e| {
        e.attributes.iter().any(|a| {
            !a.optional
                && matches!(&a.kind, pgwright_brief::model::AttributeKind::Reference(r)
                    if r.entity == actor.entity)
        })
    })
}

fn add_columns(draft: &mut Draft<'_>, entity: &str, actor: Option<&Actor>, changes: bool) {
    let current = actor.and_then(|_| companion::current_actor(draft));
    let when = |name: &str, comment: &str| {
        Column::new(name, "timestamp with time zone")
            .not_null()
            .default("now()")
            .comment(comment)
    };
    let mut columns = vec![when("created_at", "When the row was added.")];
    let mut by = Vec::new();
    if changes {
        columns.push(when(
            "updated_at",
            "When the row was last changed; kept by a trigger.",
        ));
    }
    if let (Some(actor), Some(call)) = (actor, current) {
        by.push(
            Column::new("created_by", actor.key_type.clone())
                .default(call.clone())
                .comment(format!(
                    "Key of the {} who added the row; NULL when the session named none.",
                    words::spoken(&actor.entity)
                )),
        );
        if changes {
            by.push(
                Column::new("updated_by", actor.key_type.clone())
                    .default(call)
                    .comment(format!(
                        "Key of the {} who last changed the row; kept by a trigger.",
                        words::spoken(&actor.entity)
                    )),
            );
        }
    }
    columns.extend(by);
    let table = draft.table_mut(entity);
    for column in columns {
        // The brief may have an attribute of that name: then it says what the column means.
        if table.column(column.name.as_str()).is_none() {
            table.columns.push(column);
        }
    }
}

/// Adds the shared function, in as many forms as there are sets of columns, and the triggers.
fn add_triggers(draft: &mut Draft<'_>, changing: &[String]) -> Vec<ObjectId> {
    let mut functions = Vec::new();
    for entity in changing {
        let has = |column: &str| draft.table(entity).column(column).is_some();
        let kept: Vec<&str> = ["created_at", "created_by"]
            .into_iter()
            .filter(|c| has(c) && !is_attribute(draft, entity, c))
            .collect();
        let stamped: Vec<&str> = ["updated_at", "updated_by"]
            .into_iter()
            .filter(|c| has(c) && !is_attribute(draft, entity, c))
            .collect();
        if stamped.is_empty() {
            continue;
        }
        let with_actor = stamped.contains(&"updated_by") || kept.contains(&"created_by");
        let whole = kept.len() == stamped.len() && kept.len() == if with_actor { 2 } else { 1 };
        let name = match (whole, with_actor) {
            (true, true) => "stamp_change_and_actor".to_owned(),
            (true, false) => "stamp_change".to_owned(),
            (false, _) => format!(
                "stamp_change_{}",
                [kept.clone(), stamped.clone()].concat().join("_")
            ),
        };
        let function = function(draft, &name, &kept, &stamped);
        let object = trigger_rules::function_object(&function);
        if !functions.contains(&object) {
            functions.push(object);
        }
        let table = draft.plan(entity).table.clone();
        let trigger = Trigger::row(TriggerTiming::Before, [TriggerEvent::Update], function);
        trigger_rules::add_trigger(draft, &table, "stamp_change", trigger);
    }
    functions
}

fn is_attribute(draft: &Draft<'_>, entity: &str, column: &str) -> bool {
    draft
        .plan(entity)
        .columns
        .values()
        .any(|c| c.all().iter().any(|name| name.as_str() == column))
}

fn function(draft: &mut Draft<'_>, name: &str, kept: &[&str], stamped: &[&str]) -> QualifiedName {
    let qualified = draft.qualified(name);
    let object = trigger_rules::function_object(&qualified);
    if let ObjectId::Routine(signature) = &object
        && draft.catalog.routines.contains_key(signature)
    {
        return qualified;
    }
    let mut body = "BEGIN\n".to_owned();
    for column in kept {
        body.push_str(&format!("    NEW.{column} := OLD.{column};\n"));
    }
    for column in stamped {
        let value = if *column == "updated_at" {
            "now()".to_owned()
        } else {
            companion::current_actor(draft).unwrap_or_else(|| "NULL".to_owned())
        };
        body.push_str(&format!("    NEW.{column} := {value};\n"));
    }
    body.push_str("    RETURN NEW;\nEND");
    trigger_rules::add_function(
        draft,
        Name::new(name),
        body,
        Rights::Session,
        "Stamps an update with its time and who made it, whatever the statement says, and keeps \
         what was recorded when the row was added.",
        &[],
    )
}

fn enforce(draft: &mut Draft<'_>, changing: &[String]) {
    let by = changing
        .iter()
        .map(|e| ObjectId::Trigger(draft.plan(e).table.clone(), Name::new("stamp_change")))
        .collect();
    draft.enforce(Enforcement {
        rule: "audit_columns".to_owned(),
        says: "Every change leaves its time, and who made it, on the row".to_owned(),
        by,
        how: "A BEFORE UPDATE trigger overwrites the columns, so that no statement can forget or \
              forge them; the columns of the insert keep their first values."
            .to_owned(),
        family: "audit_columns",
        source: Source::of("policies"),
    });
}

fn record_decision(
    draft: &mut Draft<'_>,
    changing: &[String],
    recorded: &[String],
    bare: &[String],
    actor: Option<&Actor>,
    functions: Vec<ObjectId>,
) {
    if changing.is_empty() && recorded.is_empty() {
        return;
    }
    let spoken = |names: &[String]| {
        words::list_some(
            &names.iter().map(|n| words::spoken(n)).collect::<Vec<_>>(),
            6,
        )
    };
    let mut rationale = match actor {
        Some(actor) => format!(
            "When a row looks wrong, the first questions are when it changed and who did it. The \
             application names the {} of a session once per transaction ({}), and the database \
             does the rest. ",
            words::spoken(&actor.entity),
            draft.setting("actor"),
        ),
        None => {
            "When a row looks wrong, the first question is when it changed. The brief names no \
                 entity that acts, so no column says who. "
                .to_owned()
        }
    };
    if !recorded.is_empty() {
        rationale.push_str(&format!(
            "Rows of {} are added and never changed, so they carry only the time of recording. ",
            spoken(recorded)
        ));
    }
    if !bare.is_empty() {
        rationale.push_str(&format!(
            "Rows of {} come so fast that even eight bytes each would be paid for in gigabytes; \
             their own time says when they happened. ",
            spoken(bare)
        ));
    }
    if actor.is_some() {
        rationale.push_str(
            "The two columns that say who hold a key without a foreign key: they are a record of \
             the past and not a relationship. A foreign key would need two more indexes on every \
             table, would take a share lock on the acting row with every write, and an index on \
             updated_by would make every update rewrite all indexes of the row (no HOT updates). ",
        );
    }
    rationale.push_str("Junctions and lists of values have no audit columns of their own.");
    let mut subjects: Vec<ObjectId> = changing
        .iter()
        .chain(recorded)
        .map(|e| draft.table_object(e))
        .collect();
    subjects.extend(functions);
    draft.decide(Decision {
        family: "audit_columns",
        title: "Who and when, on every row".to_owned(),
        subjects,
        choice: match actor {
            Some(_) => "created_at, updated_at, created_by and updated_by, filled by defaults and \
                        one trigger function that all tables share."
                .to_owned(),
            None => "created_at and updated_at, filled by defaults and one trigger function that \
                     all tables share."
                .to_owned(),
        },
        rationale,
        alternatives: vec![
            Alternative::new(
                "The application fills the columns",
                "One forgotten statement, one import by hand, and the columns lie. Costs no \
                 trigger call per update, which here is some microseconds.",
            ),
            Alternative::new(
                "Foreign keys to who acted",
                "Refuses a key that does not exist and the removal of someone who ever acted. \
                 Right where people are removed from the system for real and their traces must \
                 block it.",
            ),
            Alternative::new(
                "Full history of every table",
                "Shows what a row was before, at the price of a second write for every write. \
                 The brief asks for it where it is worth that: see the decisions on history.",
            ),
        ],
        source: Source::of("policies"),
        weight: Weight::Notable,
    });
}
