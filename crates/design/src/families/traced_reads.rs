//! Reads that leave a trace.

use std::collections::BTreeSet;

use pgwright_catalog::{
    Argument, Column, Constraint, Name, ObjectId, QualifiedName, Routine, RoutineSignature,
    quote_literal,
};

use super::Family;
use crate::companion::{self, Holds, Shape};
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::testing::{Case, Expected, RuleTest};
use crate::trigger_rules;
use crate::{names, words};

/// Reads that leave a trace.
#[derive(Debug)]
pub struct TracedReads;

impl Family for TracedReads {
    fn name(&self) -> &'static str {
        "traced_reads"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for entity in traced(draft) {
            build(draft, &entity);
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        traced(draft)
            .iter()
            .filter_map(|entity| test_of(draft, fixtures, entity))
            .collect()
    }
}

/// Entities every read of which is traced, in the brief's order.
pub fn traced(draft: &Draft<'_>) -> Vec<String> {
    companion::designed_entities(draft)
        .into_iter()
        .filter(|name| draft.brief.policies.traced_reads.contains(name))
        .collect()
}

/// Columns of a traced entity that may be read without a trace: its key and its references, which
/// say that a row exists and where it belongs, and nothing of what is in it.
pub fn open_columns(draft: &Draft<'_>, entity: &str) -> BTreeSet<Name> {
    let plan = draft.plan(entity);
    let mut open: BTreeSet<Name> = plan.key.iter().map(|(name, _)| name.clone()).collect();
    for columns in plan.columns.values() {
        if matches!(columns, Columns::Reference { .. } | Columns::Either(_)) {
            open.extend(columns.all());
        }
    }
    for audit in ["created_at", "updated_at", "deleted_at"] {
        if draft.table(entity).column(audit).is_some() {
            open.insert(Name::new(audit));
        }
    }
    open
}

/// The function that reads a row and records that it did.
pub fn reader(draft: &Draft<'_>, entity: &str) -> RoutineSignature {
    let mut types: Vec<String> = draft
        .plan(entity)
        .key
        .iter()
        .map(|(_, t)| t.clone())
        .collect();
    types.push("text".to_owned());
    RoutineSignature::new(
        draft.qualified(names::shortened(&format!("read_{entity}"), "")),
        types,
    )
}

fn build(draft: &mut Draft<'_>, entity: &str) {
    let spoken = words::spoken(entity);
    let plan = draft.plan(entity).clone();
    let log = companion::add(
        draft,
        Shape {
            entity,
            holds: Holds::Reads,
            singular: format!("{entity}_read"),
            verb: "read",
            columns: vec![
                Column::new("purpose", "text")
                    .not_null()
                    .comment("What the row was read for, in the reader's words."),
            ],
            comment: format!("Who read which {spoken}, when and what for."),
        },
    );
    if let Some(table) = draft.catalog.tables.get_mut(&log) {
        table.constraints.insert(
            names::derived(&log, &["purpose", "not_blank"], "check"),
            Constraint::check("purpose ~ '[^[:space:]]'"),
        );
    }
    let mut targets: Vec<String> = companion::reference_columns(&plan, entity)
        .iter()
        .map(Name::quoted)
        .collect();
    let mut values: Vec<String> = plan
        .key
        .iter()
        .map(|(n, _)| format!("t.{}", n.quoted()))
        .collect();
    let named = NamedReader::of(draft, &log);
    if named.is_some() {
        targets.push("read_by".to_owned());
        values.push("reader".to_owned());
    }
    targets.push("purpose".to_owned());
    values.push("purpose".to_owned());
    let row = companion::key_equals_arguments(&plan, "t");
    // The trace is written first: a read that cannot be recorded does not happen.
    let body = format!(
        "{declared}BEGIN\n{refused}    \
             -- The trace comes first: what cannot be recorded is not read.\n    \
             INSERT INTO {log} ({targets})\n    \
             SELECT {values}\n    \
             FROM {table} AS t\n    \
             WHERE {row};\n    \
             IF FOUND THEN\n        \
                 -- A reader who rolls back takes the trace along; the server's log keeps this line.\n        \
                 RAISE LOG 'traced read of % (%) by % (login %), for %',\n            \
                     {what}, concat_ws(', ', {arguments}), {who}, session_user, to_json(purpose);\n    \
             END IF;\n    \
             RETURN QUERY\n    \
             SELECT t.*\n    \
             FROM {table} AS t\n    \
             WHERE {row};\n\
         END",
        declared = named.as_ref().map_or("", |n| n.declared.as_str()),
        refused = named.as_ref().map_or("", |n| n.refused.as_str()),
        who = if named.is_some() {
            "reader"
        } else {
            "'nobody named'"
        },
        what = quote_literal(&plan.table.to_string()),
        arguments = companion::key_arguments(&plan)
            .iter()
            .filter_map(|a| a.name.as_ref().map(Name::quoted))
            .collect::<Vec<_>>()
            .join(", "),
        log = log.quoted(),
        targets = targets.join(", "),
        values = values.join(", "),
        table = plan.table.quoted(),
    );
    let mut function = Routine::function("plpgsql", format!("SETOF {}", plan.table.quoted()), body);
    function.arguments = companion::key_arguments(&plan);
    function.arguments.push(Argument::input("purpose", "text"));
    function.security_definer = true;
    function.rows = Some("1".to_owned());
    function.comment = Some(format!(
        "Reads one {spoken} and records who read it, when and what for. The only way to its \
         contents for everyone but the owner."
    ));
    let signature = reader(draft, entity);
    for table in [&plan.table, &log] {
        draft.catalog.depends(
            ObjectId::Routine(signature.clone()),
            ObjectId::Table(table.clone()),
        );
    }
    draft.catalog.routines.insert(signature.clone(), function);

    draft.enforce(Enforcement {
        rule: format!("{entity}_reads_traced"),
        says: format!("Every read of {} leaves a trace", words::a(entity)),
        by: vec![
            ObjectId::Routine(signature.clone()),
            ObjectId::Table(log.clone()),
            ObjectId::Table(plan.table.clone()),
        ],
        how: "No role may SELECT the contents; the function, which runs as the owner, writes the \
              trace and returns the row in one statement; where the brief says who acts, it turns \
              down a session that names nobody, or somebody who is not there. A reader who rolls \
              back has seen the row and leaves no trace in the table: for that the function also \
              writes reader, row and purpose to the server's log, which no rollback undoes. Keep \
              that log as long as the trace."
            .to_owned(),
        family: "traced_reads",
        source: Source::of("policies.traced_reads"),
    });
    decide(draft, entity, &log, signature);
}

/// The name of the rule that a reader is somebody.
fn reader_rule(log: &QualifiedName) -> String {
    names::derived(log, &["reader", "named"], "check").to_string()
}

/// What the reading function says of its reader, when the brief has somebody who acts.
struct NamedReader {
    /// The variable that holds the reader's key.
    declared: String,
    /// The statement that turns down a reader who is nobody.
    refused: String,
}

impl NamedReader {
    fn of(draft: &mut Draft<'_>, log: &QualifiedName) -> Option<Self> {
        let actor = companion::actor(draft)?;
        let current = companion::current_actor(draft)?;
        let plan = draft.plan(&actor.entity);
        let is_designed = draft
            .brief
            .entity(&actor.entity)
            .is_some_and(companion::is_designed);
        let live = if plan.restorable {
            " AND a.deleted_at IS NULL"
        } else {
            ""
        };
        // A table of the application as it was may not be ours to read.
        let unknown = if is_designed {
            format!(
                " OR NOT EXISTS (SELECT FROM {} AS a WHERE a.{} = reader{live})",
                plan.table.quoted(),
                companion::own_key(plan).0.quoted()
            )
        } else {
            String::new()
        };
        let refusal = trigger_rules::Refusal {
            condition: "insufficient_privilege",
            constraint: &reader_rule(log),
            table: log,
            message: quote_literal("a traced read needs to know who reads"),
            hint: Some(quote_literal(&format!(
                "Set {} to the key of the {} who reads.",
                draft.setting("actor"),
                words::spoken(&actor.entity)
            ))),
        }
        .raise(8);
        Some(Self {
            declared: format!(
                "DECLARE\n    reader constant {} := {current};\n",
                actor.key_type
            ),
            refused: format!(
                "    -- A trace that names nobody is none.\n    \
                 IF reader IS NULL{unknown} THEN\n{refusal}    END IF;\n"
            ),
        })
    }
}

fn decide(draft: &mut Draft<'_>, entity: &str, log: &QualifiedName, signature: RoutineSignature) {
    let open: Vec<String> = open_columns(draft, entity)
        .iter()
        .map(Name::to_string)
        .collect();
    let subjects = vec![
        ObjectId::Routine(signature.clone()),
        ObjectId::Table(log.clone()),
        draft.table_object(entity),
    ];
    draft.decide(Decision {
        family: "traced_reads",
        title: format!("Traced reads of {}", words::a(entity)),
        subjects,
        choice: format!(
            "The contents are read through {} alone, which writes {}.",
            signature.name, log.name
        ),
        rationale: format!(
            "PostgreSQL has no trigger on SELECT, so the way in is narrowed to a function that \
             leaves the trace. {} may be selected by the application as before: they say that a \
             {} exists and what it belongs to, which lists and joins need. The contents are \
             withheld by column privileges, views and reports included. The trace names the \
             person (from the session's setting), the login role, the time and the purpose; \
             only the auditor reads it.",
            words::capital(&words::list(&open)),
            words::spoken(entity)
        ),
        alternatives: vec![
            Alternative::new(
                "pgaudit",
                "Logs every statement on the table with its text, to the server's log, for any \
                 way of reading. It must be installed by the server's operator, does not know the \
                 person behind a pooled connection, and which rows were read must be guessed from \
                 the statement. A good second net.",
            ),
            Alternative::new(
                "The application writes the trace",
                "Nothing holds it to that: a report tool or a forgotten path reads without one.",
            ),
        ],
        source: Source::of("policies.traced_reads"),
        weight: Weight::Major,
    });
}

fn test_of(draft: &Draft<'_>, fixtures: &Fixtures<'_>, entity: &str) -> Option<RuleTest> {
    let plan = draft.plan(entity);
    let row = fixtures.row(entity, 1);
    let condition = fixtures.key_condition(&row);
    let table = plan.table.quoted();
    let role = companion::role(draft, "readwrite").quoted();
    let auditor = companion::role(draft, "auditor").quoted();
    let open = open_columns(draft, entity);
    let closed = draft
        .table(entity)
        .columns
        .iter()
        .map(|c| &c.name)
        .find(|name| !open.contains(*name))?;
    let log = draft
        .companions
        .iter()
        .find(|(_, c)| c.holds == Holds::Reads && c.entity.as_deref() == Some(entity))
        .map(|(t, _)| t.clone())?;
    let key: Vec<String> = plan
        .key
        .iter()
        .map(|(n, _)| format!("t.{}", n.quoted()))
        .collect();
    let actor = companion::actor(draft);
    let reader_row = actor
        .as_ref()
        .map(|a| fixtures.in_tenant_of(fixtures.row(&a.entity, 1), &row));
    let rows: Vec<_> = std::iter::once(&row).chain(&reader_row).collect();
    let mut given = fixtures.insert(&rows);
    given.extend(companion::set_tenant(draft, entity, &condition));
    let setting = quote_literal(&draft.setting("actor"));
    if let (Some(actor), Some(reader_row)) = (&actor, &reader_row) {
        let plan = draft.plan(&actor.entity);
        given.push(format!(
            "SELECT set_config({setting}, a.{}::text, true) FROM {} AS a WHERE {}",
            companion::own_key(plan).0.quoted(),
            plan.table.quoted(),
            fixtures.key_condition(reader_row)
        ));
    }
    let as_role = |role: &str| format!("SET LOCAL ROLE {role}");
    let read = |purpose: &str| {
        format!(
            "SELECT {}({}, '{purpose}') FROM (SELECT {} FROM {table} WHERE {condition}) AS t",
            reader(draft, entity).name.quoted(),
            key.join(", "),
            plan.key
                .iter()
                .map(|(n, _)| n.quoted())
                .collect::<Vec<_>>()
                .join(", "),
        )
    };
    let case = |says: &str, statements: Vec<String>, expected: Expected| Case {
        says: says.to_owned(),
        statements,
        expected,
    };
    // Nobody, and somebody who is not there.
    let strangers = actor.iter().flat_map(|actor| {
        let stranger = match actor.key_type.as_str() {
            "bigint" | "integer" | "smallint" => Some("-1"),
            "uuid" => Some("00000000-0000-0000-0000-000000000000"),
            _ => None,
        };
        let is_checked = draft
            .brief
            .entity(&actor.entity)
            .is_some_and(companion::is_designed);
        [
            ("a read by nobody", Some("")),
            (
                "a read by somebody who is not there",
                stranger.filter(|_| is_checked),
            ),
        ]
        .into_iter()
        .filter_map(|(says, key)| {
            Some(case(
                says,
                vec![
                    format!("SELECT set_config({setting}, '{}', true)", key?),
                    as_role(&role),
                    read("treatment"),
                ],
                Expected::rejected("42501", Some(&reader_rule(&log))),
            ))
        })
        .collect::<Vec<_>>()
    });
    let mut cases: Vec<Case> = strangers.collect();
    cases.extend(vec![
        case(
            "the application selects the contents itself",
            vec![
                as_role(&role),
                format!("SELECT {} FROM {table}", closed.quoted()),
            ],
            Expected::rejected("42501", None),
        ),
        case(
            "a read without a purpose",
            vec![as_role(&role), read(" ")],
            Expected::rejected(
                trigger_rules::CHECK_VIOLATION,
                Some(names::derived(&log, &["purpose", "not_blank"], "check").as_str()),
            ),
        ),
        case(
            "a read through the function",
            vec![as_role(&role), read("treatment")],
            Expected::Returns(1),
        ),
        case(
            "the application reads the trace",
            vec![as_role(&role), format!("SELECT FROM {}", log.quoted())],
            Expected::rejected("42501", None),
        ),
        case(
            "the auditor finds the trace of that read",
            vec![
                as_role(&auditor),
                format!("SELECT FROM {} WHERE purpose = 'treatment'", log.quoted()),
            ],
            Expected::Returns(1),
        ),
    ]);
    Some(RuleTest {
        rule: format!("{entity}_reads_traced"),
        says: format!("Every read of {} leaves a trace", words::a(entity)),
        given,
        cases,
    })
}
