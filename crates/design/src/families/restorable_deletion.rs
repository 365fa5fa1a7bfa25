//! Rows that are hidden rather than deleted, and can be restored.

mod cases;

use pgwright_brief::model::AttributeKind;
use pgwright_catalog::{
    Column, Name, ObjectId, QualifiedName, Routine, RoutineSignature, Trigger, TriggerEvent,
    TriggerTiming, View, quote_literal,
};

use super::Family;
use crate::companion;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::testing::RuleTest;
use crate::trigger_rules::{self, Rights};
use crate::{names, words};

/// Rows that are hidden rather than deleted, and can be restored.
#[derive(Debug)]
pub struct RestorableDeletion;

impl Family for RestorableDeletion {
    fn name(&self) -> &'static str {
        "restorable_deletion"
    }

    fn decide(&self, draft: &mut Draft<'_>) {
        for name in restorable(draft) {
            let live = live_view(draft, &name);
            let plan = draft.plan_mut(&name);
            plan.restorable = true;
            plan.read_relation = live;
        }
        for (part, _) in parts_of_hidden(draft) {
            let live = live_view(draft, &part);
            draft.plan_mut(&part).read_relation = live;
        }
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let entities = restorable(draft);
        if entities.is_empty() {
            return;
        }
        for name in &entities {
            add_columns(draft, name);
        }
        let refuse = refuse_delete(draft);
        for name in &entities {
            add_view(draft, name);
            let table = draft.plan(name).table.clone();
            let trigger = Trigger::row(
                TriggerTiming::Before,
                [TriggerEvent::Delete],
                refuse.clone(),
            );
            trigger_rules::add_trigger(draft, &table, "refuse_delete", trigger);
        }
        for (part, whole) in parts_of_hidden(draft) {
            add_part_view(draft, &part, &whole);
        }
        for name in &entities {
            add_functions(draft, name);
            enforce(draft, name);
        }
        decide(draft, &entities);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        restorable(draft)
            .iter()
            .map(|name| cases::test_of(draft, fixtures, name))
            .collect()
    }
}

/// Entities whose rows are hidden, in the brief's order.
fn restorable(draft: &Draft<'_>) -> Vec<String> {
    companion::designed_entities(draft)
        .into_iter()
        .filter(|name| draft.brief.policies.restorable.contains(name))
        .collect()
}

/// Parts of restorable wholes that carry no mark of their own, with their whole: they are seen while
/// their whole is.
fn parts_of_hidden(draft: &Draft<'_>) -> Vec<(String, String)> {
    let hidden = restorable(draft);
    companion::designed_entities(draft)
        .into_iter()
        .filter(|name| !hidden.contains(name))
        .filter_map(|name| {
            let part = draft.brief.entity(&name)?.part_of.as_ref()?;
            hidden
                .contains(&part.whole)
                .then(|| (name.clone(), part.whole.clone()))
        })
        .collect()
}

fn live_view(draft: &Draft<'_>, entity: &str) -> QualifiedName {
    let table = &draft.plan(entity).table;
    QualifiedName {
        schema: table.schema.clone(),
        name: names::shortened(&format!("live_{}", table.name), ""),
    }
}

fn add_columns(draft: &mut Draft<'_>, entity: &str) {
    let actor = companion::actor(draft);
    let table = draft.table_mut(entity);
    if table.column("deleted_at").is_none() {
        table.columns.push(
            Column::new("deleted_at", "timestamp with time zone")
                .comment("When the row was hidden; NULL while it is live."),
        );
    }
    if let Some(actor) = actor
        && table.column("deleted_by").is_none()
    {
        table
            .columns
            .push(Column::new("deleted_by", actor.key_type).comment(format!(
                "Key of the {} who hid the row.",
                words::spoken(&actor.entity)
            )));
    }
}

fn visible_columns(draft: &Draft<'_>, entity: &str) -> Vec<Name> {
    draft
        .table(entity)
        .columns
        .iter()
        .map(|c| c.name.clone())
        .filter(|n| !matches!(n.as_str(), "deleted_at" | "deleted_by"))
        .collect()
}

fn view_of(draft: &Draft<'_>, entity: &str, condition: &str, comment: String) -> View {
    let columns: Vec<String> = visible_columns(draft, entity)
        .iter()
        .map(|c| format!("t.{}", c.quoted()))
        .collect();
    let mut view = View {
        query: format!(
            "SELECT\n    {}\nFROM {} AS t\nWHERE {condition}",
            columns.join(",\n    "),
            draft.plan(entity).table.quoted(),
        ),
        comment: Some(comment),
        ..View::default()
    };
    // With the reader's own rights and policies; before PostgreSQL 15 views know only the owner's.
    if draft.brief.minimum_version >= 15 {
        view.options
            .insert("security_invoker".to_owned(), "true".to_owned());
    }
    view
}

fn add_view(draft: &mut Draft<'_>, entity: &str) {
    let table = draft.plan(entity).table.clone();
    let name = draft.plan(entity).read_relation.clone();
    let view = view_of(
        draft,
        entity,
        "t.deleted_at IS NULL",
        format!("Rows of {} that are not hidden.", table.name),
    );
    draft
        .catalog
        .depends(ObjectId::View(name.clone()), ObjectId::Table(table));
    draft.catalog.views.insert(name, view);
}

fn add_part_view(draft: &mut Draft<'_>, part: &str, whole: &str) {
    let Some(link) = trigger_rules::link(draft, part, whole) else {
        return;
    };
    let (table, whole_table) = (
        draft.plan(part).table.clone(),
        draft.plan(whole).table.clone(),
    );
    let joined = trigger_rules::equal("w", &link.key, "t", &link.columns);
    let name = draft.plan(part).read_relation.clone();
    let view = view_of(
        draft,
        part,
        &format!(
            "EXISTS (\n    SELECT\n    FROM {} AS w\n    WHERE {joined}\n        AND w.deleted_at IS NULL\n)",
            whole_table.quoted()
        ),
        format!(
            "Rows of {} whose {} is not hidden.",
            table.name,
            words::spoken(whole)
        ),
    );
    for needed in [table, whole_table] {
        draft
            .catalog
            .depends(ObjectId::View(name.clone()), ObjectId::Table(needed));
    }
    draft.catalog.views.insert(name, view);
}

/// The function that refuses DELETE, shared by all restorable tables.
fn refuse_delete(draft: &mut Draft<'_>) -> QualifiedName {
    let pass = companion::in_maintenance(draft);
    let body = format!(
        "BEGIN\n    \
             IF {pass} THEN\n        \
                 RETURN OLD;\n    \
             END IF;\n    \
             RAISE EXCEPTION USING\n        \
                 ERRCODE = 'restrict_violation',\n        \
                 SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_ARGV[0],\n        \
                 MESSAGE = format('rows of %I are hidden, not deleted', TG_TABLE_NAME),\n        \
                 HINT = format('Call %s.', TG_ARGV[1]);\n\
         END"
    );
    trigger_rules::add_function(
        draft,
        Name::new("refuse_delete"),
        body,
        Rights::Session,
        "Refuses to delete rows that are hidden and restored instead; expired rows may leave.",
        &[],
    )
}

fn function_name(draft: &Draft<'_>, verb: &str, entity: &str) -> QualifiedName {
    draft.qualified(names::shortened(&format!("{verb}_{entity}"), ""))
}

/// Adds `hide_…` and `restore_…`, and completes the trigger that points at the former.
fn add_functions(draft: &mut Draft<'_>, entity: &str) {
    let spoken = words::spoken(entity);
    let plan = draft.plan(entity).clone();
    let table = plan.table.clone();
    let actor = companion::current_actor(draft);
    let by = |value: &str| match &actor {
        Some(_) => format!(", deleted_by = {value}"),
        None => String::new(),
    };
    let actor_call = actor.clone().unwrap_or_default();
    let row = companion::key_equals_arguments(&plan, "t");
    let (places, values) = companion::key_in_message(&plan);

    let mut hide_parts = String::new();
    let mut restore_parts = String::new();
    for (part, link) in restorable_parts(draft, entity) {
        let part_table = draft.plan(&part).table.quoted();
        let joined: Vec<String> = link
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
            .collect();
        hide_parts.push_str(&format!(
            "    UPDATE {part_table} AS t\n    SET deleted_at = now(){}\n    WHERE {}\n        AND t.deleted_at IS NULL;\n",
            by(&actor_call),
            joined.join(" AND ")
        ));
        restore_parts.push_str(&format!(
            "    UPDATE {part_table} AS t\n    SET deleted_at = NULL{}\n    WHERE {}\n        AND t.deleted_at = hidden_at;\n",
            by("NULL"),
            joined.join(" AND ")
        ));
    }
    let hide_body = format!(
        "BEGIN\n    \
             UPDATE {table} AS t\n    \
             SET deleted_at = now(){by}\n    \
             WHERE {row}\n        \
                 AND t.deleted_at IS NULL;\n    \
             IF NOT FOUND THEN\n        \
                 RAISE EXCEPTION USING\n            \
                     ERRCODE = 'no_data_found',\n            \
                     MESSAGE = format('there is no live {spoken} {places} to hide', {values});\n    \
             END IF;\n\
         {hide_parts}END",
        table = table.quoted(),
        by = by(&actor_call),
    );
    let restore_body = format!(
        "DECLARE\n    \
             hidden_at timestamptz;\n    \
             taken text;\n\
         BEGIN\n    \
             SELECT t.deleted_at INTO hidden_at\n    \
             FROM {table} AS t\n    \
             WHERE {row}\n        \
                 AND t.deleted_at IS NOT NULL\n    \
             FOR UPDATE;\n    \
             IF NOT FOUND THEN\n        \
                 RAISE EXCEPTION USING\n            \
                     ERRCODE = 'no_data_found',\n            \
                     MESSAGE = format('there is no hidden {spoken} {places} to restore', {values});\n    \
             END IF;\n    \
             UPDATE {table} AS t\n    \
             SET deleted_at = NULL{by}\n    \
             WHERE {row};\n\
         {restore_parts}\
         EXCEPTION\n    \
             WHEN unique_violation THEN\n        \
                 -- Somebody took the value while the row was hidden.\n        \
                 GET STACKED DIAGNOSTICS taken = CONSTRAINT_NAME;\n        \
                 RAISE EXCEPTION USING\n            \
                     ERRCODE = 'unique_violation',\n            \
                     SCHEMA = {schema_name}, TABLE = {table_name}, CONSTRAINT = taken,\n            \
                     MESSAGE = format('{spoken} {places} cannot be restored: a live one has taken what must be unique (%I)', {values}, taken),\n            \
                     HINT = 'Change the value of one of the two, then restore.';\n\
         END",
        table = table.quoted(),
        by = by("NULL"),
        schema_name = quote_literal(table.schema.as_str()),
        table_name = quote_literal(table.name.as_str()),
    );
    let hide = add_function(
        draft,
        "hide",
        entity,
        hide_body,
        &format!("Hides {}.", words::a(entity)),
    );
    add_function(
        draft,
        "restore",
        entity,
        restore_body,
        &format!("Brings a hidden {spoken} back, with the parts that were hidden with it."),
    );
    let name = Name::new("refuse_delete");
    if let Some(trigger) = draft.table_mut(entity).triggers.get_mut(&name) {
        let rule = format!("{entity}_restorable");
        trigger.arguments = vec![rule, format!("{}()", hide.name)];
    }
}

fn add_function(
    draft: &mut Draft<'_>,
    verb: &str,
    entity: &str,
    body: String,
    comment: &str,
) -> RoutineSignature {
    let plan = draft.plan(entity).clone();
    let mut function = Routine::function("plpgsql", "void", body);
    function.arguments = companion::key_arguments(&plan);
    function.comment = Some(comment.to_owned());
    let signature = function.signature(function_name(draft, verb, entity));
    draft.catalog.depends(
        ObjectId::Routine(signature.clone()),
        ObjectId::Table(plan.table),
    );
    draft.catalog.routines.insert(signature.clone(), function);
    signature
}

/// Parts that are restorable themselves: they are hidden and restored with their whole.
fn restorable_parts(draft: &Draft<'_>, whole: &str) -> Vec<(String, trigger_rules::Link)> {
    restorable(draft)
        .into_iter()
        .filter(|part| {
            draft
                .brief
                .entity(part)
                .and_then(|e| e.part_of.as_ref())
                .is_some_and(|p| p.whole == whole)
        })
        .filter_map(|part| {
            let link = trigger_rules::link(draft, &part, whole)?;
            Some((part, link))
        })
        .collect()
}

fn signature(draft: &Draft<'_>, verb: &str, entity: &str) -> RoutineSignature {
    RoutineSignature::new(
        function_name(draft, verb, entity),
        draft.plan(entity).key.iter().map(|(_, t)| t.clone()),
    )
}

fn enforce(draft: &mut Draft<'_>, entity: &str) {
    let plan = draft.plan(entity);
    let by = vec![
        ObjectId::Trigger(plan.table.clone(), Name::new("refuse_delete")),
        ObjectId::View(plan.read_relation.clone()),
        ObjectId::Routine(signature(draft, "hide", entity)),
        ObjectId::Routine(signature(draft, "restore", entity)),
    ];
    draft.enforce(Enforcement {
        rule: format!("{entity}_restorable"),
        says: format!(
            "{} are hidden rather than deleted, and can be restored",
            words::capital(&words::spoken(&names::plural(entity)))
        ),
        by,
        how: "A trigger refuses DELETE, and no role is granted it. Hiding sets deleted_at, and \
              what must be unique is unique among rows that are not hidden. Restoring locks the \
              row first, so of two sessions that restore it one is told that it is live already; \
              when a value has been taken meanwhile, the unique index says so and the row stays \
              hidden."
            .to_owned(),
        family: "restorable_deletion",
        source: Source::of("policies.restorable"),
    });
}

fn decide(draft: &mut Draft<'_>, entities: &[String]) {
    let spoken: Vec<String> = entities
        .iter()
        .map(|e| words::spoken(&names::plural(e)))
        .collect();
    let parts = parts_of_hidden(draft);
    let mut subjects: Vec<ObjectId> = entities.iter().map(|e| draft.table_object(e)).collect();
    subjects.extend(
        entities
            .iter()
            .map(|e| ObjectId::View(draft.plan(e).read_relation.clone())),
    );
    let mut rationale = format!(
        "Rows of {} carry deleted_at. What is live is read from a view of the same columns, so \
         that a query cannot forget the condition, and partial indexes (WHERE deleted_at IS NULL) \
         hold only live rows. hide_… and restore_… are the two ways in and out; a DELETE is \
         refused. ",
        words::list(&spoken)
    );
    if !parts.is_empty() {
        let named: Vec<String> = parts
            .iter()
            .map(|(p, _)| words::spoken(&names::plural(p)))
            .collect();
        rationale.push_str(&format!(
            "Parts have no mark of their own: {} are live while their whole is, and their view \
             says so. ",
            words::list(&named)
        ));
    }
    rationale.push_str(
        "References to a hidden row stay valid, because the row is there; that is what makes \
         restoring it safe.",
    );
    draft.decide(Decision {
        family: "restorable_deletion",
        title: "Hidden rather than deleted".to_owned(),
        subjects,
        choice: "A deleted_at column, a view of the live rows, unique rules among live rows, and \
                 functions that hide and restore."
            .to_owned(),
        rationale,
        alternatives: vec![
            Alternative::new(
                "Move rows to an archive table",
                "Live tables stay small and need no condition. But every reference to the row \
                 must be moved or broken, and restoring must put all of it back. Right when \
                 hidden rows far outnumber live ones.",
            ),
            Alternative::new(
                "A row-level security policy that hides them",
                "No view is needed, but every role and every session must then be told apart who \
                 may see hidden rows, and mistakes show as rows missing.",
            ),
            Alternative::new(
                "A boolean",
                "As large in practice, and does not say since when.",
            ),
        ],
        source: Source::of("policies.restorable"),
        weight: Weight::Major,
    });
    let dependents = referring_to_hidden(draft, entities);
    if let Some((holder, target)) = dependents.first() {
        let (holder_words, target_words) =
            (words::spoken(&names::plural(holder)), words::spoken(target));
        draft.ask(Question {
            id: "restorable.dependents".to_owned(),
            ask: format!(
                "When {} is hidden, should its {holder_words} be hidden with it?",
                words::a(target)
            ),
            default: format!(
                "No: only parts go with their whole. The {holder_words} stay live, and show a \
                 hidden {target_words}."
            ),
            matters: "Lists and reports may name something that users think is gone.".to_owned(),
            otherwise: format!(
                "hide_{target} would hide the {holder_words} too, with the same time, and \
                 restore_{target} would bring back those and only those."
            ),
            source: Source::of("policies.restorable"),
        });
        draft.ask(Question {
            id: "restorable.new_references".to_owned(),
            ask: format!("May new {holder_words} still refer to a hidden {target_words}?"),
            default: "Yes: a foreign key asks only that the row exists.".to_owned(),
            matters: "A form that was open while somebody hid the row can still be saved."
                .to_owned(),
            otherwise: "A trigger on every referring table would look the row up and lock it \
                        against being hidden meanwhile."
                .to_owned(),
            source: Source::of("policies.restorable"),
        });
    }
}

/// References from other entities to restorable ones.
fn referring_to_hidden(draft: &Draft<'_>, hidden: &[String]) -> Vec<(String, String)> {
    draft
        .brief
        .entities
        .iter()
        .flat_map(|e| {
            Draft::stored_attributes(e)
                .into_iter()
                .filter_map(|(a, _)| match &a.kind {
                    AttributeKind::Reference(r)
                        if hidden.contains(&r.entity) && r.entity != e.name =>
                    {
                        Some((e.name.clone(), r.entity.clone()))
                    }
                    _ => None,
                })
                .collect::<Vec<_>>()
        })
        .collect()
}
