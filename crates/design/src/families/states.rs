//! States and the moves allowed between them.

mod cases;

use pgwright_brief::model::{Attribute, AttributeKind, Entity, States as Flow};
use pgwright_catalog::{
    Argument, Expression, Name, ObjectId, Parallel, Routine, Trigger, TriggerEvent, TriggerTiming,
    Volatility, quote_literal,
};

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::names;
use crate::testing::{ConcurrentTest, RuleTest};
use crate::trigger_rules::{self, Refusal, Rights};
use crate::words;

const FAMILY: &str = "states";

/// States and the moves allowed between them.
#[derive(Debug)]
pub struct States;

impl Family for States {
    fn name(&self) -> &'static str {
        FAMILY
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for entity in draft.created_entities() {
            for (attribute, flow) in flows(entity) {
                build_flow(draft, entity, attribute, flow);
            }
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        cases::tests(draft, fixtures)
    }

    fn concurrent_tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
        cases::concurrent_tests(draft, fixtures)
    }
}

/// The attributes of an entity that are states.
fn flows(entity: &Entity) -> Vec<(&Attribute, &Flow)> {
    Draft::stored_attributes(entity)
        .into_iter()
        .filter_map(|(attribute, _)| match &attribute.kind {
            AttributeKind::States(flow) => Some((attribute, flow)),
            _ => None,
        })
        .collect()
}

/// States that a row may go to from `state`.
fn moves_from<'f>(flow: &'f Flow, state: &str) -> Vec<&'f str> {
    flow.transitions
        .iter()
        .filter(|(from, to)| from == state && to != state)
        .map(|(_, to)| to.as_str())
        .collect()
}

/// Rule identifier of the moves.
fn rule_id(entity: &Entity, attribute: &Attribute) -> String {
    format!("{}.{}_moves", entity.name, attribute.name)
}

/// What the error names as the constraint.
fn constraint_name(draft: &Draft<'_>, entity: &Entity, column: &Name) -> String {
    names::derived(&draft.plan(&entity.name).table, &[column.as_str()], "moves").to_string()
}

fn build_flow(draft: &mut Draft<'_>, entity: &Entity, attribute: &Attribute, flow: &Flow) {
    let Some(column) = draft.column(&entity.name, &attribute.name) else {
        return;
    };
    let table = draft.plan(&entity.name).table.clone();
    let Some(data_type) = initial_default(draft, entity, &column, flow) else {
        return;
    };

    let next = add_next_states(draft, entity, attribute, flow, &column, &data_type);
    let next_name = next.name.quoted();
    let constraint = constraint_name(draft, entity, &column);
    let place = column.quoted();
    let refusal = Refusal {
        condition: "check_violation",
        constraint: &constraint,
        table: &table,
        message: format!(
            "format('%s of %s cannot go from \"%s\" to \"%s\"', {}, {}, OLD.{place}, NEW.{place})",
            quote_literal(&attribute.name.replace('_', " ")),
            quote_literal(&words::a(&entity.name)),
        ),
        hint: Some(format!(
            "CASE\n                WHEN cardinality(allowed) > 0 THEN\n                    \
             format('From \"%s\" it can go to: %s.', OLD.{place}, array_to_string(allowed, ', '))\n                \
             ELSE format('\"%s\" is a final state.', OLD.{place})\n            END"
        )),
    };
    let body = format!(
        "DECLARE\n    \
         allowed constant text[] := {next_name}(OLD.{place})::text[];\n\
         BEGIN\n    \
         -- The UPDATE holds the row's lock and OLD is the row as it is under that lock, so two\n    \
         -- sessions cannot both leave the same state.\n    \
         IF NEW.{place}::text = ANY (allowed) THEN\n        \
         RETURN NEW;\n    \
         END IF;\n\
         {}END",
        refusal.raise(4)
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["verify", column.as_str()], "move"),
        body,
        Rights::Session,
        &format!(
            "Refuses a move of {} that is not allowed from where the {} stands.",
            attribute.name.replace('_', " "),
            entity.name.replace('_', " ")
        ),
        &[],
    );
    draft.catalog.depends(
        trigger_rules::function_object(&function),
        ObjectId::Routine(next.clone()),
    );
    let mut trigger = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Update],
        function.clone(),
    );
    trigger.update_columns = vec![column.clone()];
    trigger.when = Some(Expression::new(format!(
        "OLD.{place} IS DISTINCT FROM NEW.{place}"
    )));
    let object =
        trigger_rules::add_trigger(draft, &table, &format!("verify_{column}_move"), trigger);

    let by = vec![
        object,
        trigger_rules::function_object(&function),
        ObjectId::Routine(next),
    ];
    let source = Source::at(
        format!("{}.{}", entity.name, attribute.name),
        attribute.span,
    );
    draft.enforce(Enforcement {
        rule: rule_id(entity, attribute),
        says: attribute.says.clone().unwrap_or_else(|| {
            format!(
                "The {} of {} moves only along {} allowed transitions.",
                attribute.name.replace('_', " "),
                words::a(&entity.name),
                flow.transitions.len()
            )
        }),
        by: by.clone(),
        how: "Row trigger on UPDATE of the column: a move that is not listed fails with \
              check_violation, saying which moves are. The row's own lock makes concurrent moves \
              queue, and the second is judged from where the first left the row."
            .to_owned(),
        family: FAMILY,
        source: source.clone(),
    });
    decide(draft, entity, attribute, flow, by, &source);
    ask(draft, entity, attribute, flow, source);
}

/// The initial state as the column's default; gives the column's type.
fn initial_default(
    draft: &mut Draft<'_>,
    entity: &Entity,
    column: &Name,
    flow: &Flow,
) -> Option<String> {
    let column = draft.table_mut(&entity.name).column_mut(column.as_str())?;
    if column.default.is_none() {
        let typed = if column.data_type == "text" || column.data_type.starts_with("character") {
            quote_literal(&flow.initial)
        } else {
            format!("{}::{}", quote_literal(&flow.initial), column.data_type)
        };
        column.default = Some(Expression::new(typed));
    }
    Some(column.data_type.clone())
}

/// The function that gives the states a row may go to: for the trigger, and for applications that
/// show what can be done next.
fn add_next_states(
    draft: &mut Draft<'_>,
    entity: &Entity,
    attribute: &Attribute,
    flow: &Flow,
    column: &Name,
    data_type: &str,
) -> pgwright_catalog::RoutineSignature {
    let table = draft.plan(&entity.name).table.clone();
    let array = |states: &[&str]| {
        let labels: Vec<String> = states.iter().map(|s| quote_literal(s)).collect();
        format!("ARRAY[{}]", labels.join(", "))
    };
    let mut body = String::from("SELECT (CASE state\n");
    for state in &flow.states {
        let next = moves_from(flow, state);
        if !next.is_empty() {
            body.push_str(&format!(
                "    WHEN {} THEN {}\n",
                quote_literal(state),
                array(&next)
            ));
        }
    }
    // A row without a state may only enter at the beginning.
    body.push_str(&format!(
        "    ELSE CASE WHEN state IS NULL THEN {} ELSE '{{}}' END\n    END)::{data_type}[]",
        array(&[flow.initial.as_str()])
    ));
    if flow.transitions.iter().all(|(from, to)| from == to) {
        body = format!("SELECT '{{}}'::{data_type}[]");
    }
    let mut function = Routine::function("sql", format!("{data_type}[]"), body);
    function.arguments = vec![Argument::input("state", data_type)];
    function.volatility = Volatility::Immutable;
    function.parallel = Parallel::Safe;
    function.comment = Some(format!(
        "States that {} may go to from a {}; empty for a final one.",
        words::a(&entity.name),
        attribute.name.replace('_', " ")
    ));
    let name = draft.qualified(names::derived(&table, &["next"], column.as_str()));
    let signature = function.signature(name);
    draft.catalog.routines.insert(signature.clone(), function);
    signature
}

fn decide(
    draft: &mut Draft<'_>,
    entity: &Entity,
    attribute: &Attribute,
    flow: &Flow,
    subjects: Vec<ObjectId>,
    source: &Source,
) {
    let name = attribute.name.replace('_', " ");
    let finals: Vec<&str> = flow
        .states
        .iter()
        .map(String::as_str)
        .filter(|s| moves_from(flow, s).is_empty())
        .collect();
    let end = if finals.is_empty() {
        "no state is final".to_owned()
    } else {
        format!("{} is final", finals.join(", "))
    };
    draft.decide(Decision {
        family: FAMILY,
        title: format!("Moves of {name} of {}", words::a(&entity.name)),
        subjects,
        choice: format!(
            "A trigger on UPDATE checks each move against a function that lists the moves from \
             each {name}."
        ),
        rationale: format!(
            "There are {} states and {} allowed moves; a new row starts as “{}”, and {end}. \
             Whether a move is allowed depends on the state before, which a CHECK cannot see. The \
             list of moves is an IMMUTABLE function of its own: the trigger asks it, and so can \
             a program that shows what may be done next. A change of the list is a migration that \
             is reviewed like any other. UPDATE locks the row and the trigger judges from the row \
             as it is under that lock, so nothing else is needed for concurrent writers.",
            flow.states.len(),
            flow.transitions.len(),
            flow.initial
        ),
        alternatives: vec![
            Alternative::new(
                "A table of transitions with a composite foreign key on (previous, current)",
                "Needs no trigger code, but a column that repeats the previous state, which a \
                 trigger would have to keep. Right when users edit the moves themselves.",
            ),
            Alternative::new(
                "A table of transitions that the trigger reads",
                "The moves become data that a migration must carry and that a stray UPDATE can \
                 change; a look-up for each move.",
            ),
            Alternative::new(
                "Rules in the application",
                "Every program that writes the table must know them, and a repair script will not.",
            ),
        ],
        source: source.clone(),
        weight: Weight::Notable,
    });
}

fn ask(draft: &mut Draft<'_>, entity: &Entity, attribute: &Attribute, flow: &Flow, source: Source) {
    draft.ask(Question {
        id: format!("{}.{}_on_insert", entity.name, attribute.name),
        ask: format!(
            "May {} be added in another {} than “{}”?",
            words::a(&entity.name),
            attribute.name.replace('_', " "),
            flow.initial
        ),
        default: format!(
            "Yes: “{}” is the default, and a row that is taken over from elsewhere may start where \
             it stands.",
            flow.initial
        ),
        matters: "Imports bring rows that have already moved; a program could also skip states by \
                  adding a row far along."
            .to_owned(),
        otherwise: format!(
            "A trigger on INSERT refuses any other {}, and imports begin at the start and move on.",
            attribute.name.replace('_', " ")
        ),
        source,
    });
}
