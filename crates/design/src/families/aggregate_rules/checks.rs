//! The functions and constraint triggers that test parts of a whole.

use std::collections::BTreeSet;

use pgwright_catalog::{
    Argument, Deferrability, Name, ObjectId, QualifiedName, Routine, Trigger, TriggerEvent,
    TriggerTiming, quote_literal,
};

use super::{Aggregate, Demand};
use crate::draft::Draft;
use crate::names;
use crate::trigger_rules::{
    self, Refusal, Rights, columns_of, dotted, equal, function_object, hidden_column,
};

/// Adds the check and its triggers; gives the objects.
pub fn build(draft: &mut Draft<'_>, aggregate: &Aggregate<'_>) -> Vec<ObjectId> {
    let check = add_check(draft, aggregate);
    let whole = add_whole_trigger(draft, aggregate, &check);
    let part = add_part_trigger(draft, aggregate, &check);
    [whole, part]
        .into_iter()
        .flatten()
        .chain([check.0])
        .collect()
}

/// The check function: its object and how it is called with a key.
type Check = (ObjectId, String);

/// Names of the check's arguments, in the order of the whole's key as the part refers to it.
fn argument(column: &Name) -> Name {
    names::shortened(&format!("checked_{column}"), "")
}

fn add_check(draft: &mut Draft<'_>, aggregate: &Aggregate<'_>) -> Check {
    let whole_plan = draft.plan(&aggregate.whole.name).clone();
    let part_plan = draft.plan(&aggregate.part.name).clone();
    let key = &aggregate.link.key;
    let arguments: Vec<Name> = key.iter().map(argument).collect();
    let rule = aggregate.rule;

    // What the locked row says.
    let mut applies: Vec<String> = aggregate
        .condition
        .map(|c| {
            let sql = draft.prefixed_expression(&aggregate.whole.name, "w", c);
            format!("({}) IS TRUE", sql.to_sql())
        })
        .into_iter()
        .collect();
    if whole_plan.restorable {
        applies.push(format!("{} IS NULL", dotted("w", &hidden_column())));
    }
    let mut selected: Vec<String> = Vec::new();
    if let Demand::SumEquals { bound } | Demand::SumAtMost { bound } = &aggregate.demand {
        selected.push(format!("{} AS bound", dotted("w", &bound.column)));
    }
    selected.push(match applies.as_slice() {
        [] => "true AS applies".to_owned(),
        [one] => format!("{one} AS applies"),
        many => format!("({}) AS applies", many.join(" AND ")),
    });

    // What the parts say.
    let mut of_parts = vec![equal("p", &aggregate.link.columns, "", &arguments)];
    if let Some(condition) = aggregate.part_condition {
        let sql = draft.prefixed_expression(&aggregate.part.name, "p", condition);
        of_parts.push(format!("({})", sql.to_sql()));
    }
    if part_plan.restorable {
        of_parts.push(format!("{} IS NULL", dotted("p", &hidden_column())));
    }
    let part_name = aggregate.part.name.replace('_', " ");
    let (figure, found_type, broken, message) = match &aggregate.demand {
        Demand::SumEquals { bound } => (
            format!("coalesce(sum({}), 0)", dotted("p", &bound.of_column)),
            "numeric",
            "locked.bound <> found_parts",
            format!(
                "format('%s is %s, but the sum of its parts is %s', {}, locked.bound, found_parts)",
                quote_literal(&bound.attribute.replace('_', " "))
            ),
        ),
        Demand::SumAtMost { bound } => (
            format!("coalesce(sum({}), 0)", dotted("p", &bound.of_column)),
            "numeric",
            "found_parts > locked.bound",
            format!(
                "format('the sum of %s is %s, more than the %s of %s', {}, found_parts, {}, locked.bound)",
                quote_literal(&part_name),
                quote_literal(&bound.attribute.replace('_', " "))
            ),
        ),
        Demand::ExactlyOne => (
            "count(*)".to_owned(),
            "bigint",
            "found_parts <> 1",
            format!(
                "format('there must be exactly one %s, not %s', {}, found_parts)",
                quote_literal(&part_name)
            ),
        ),
        Demand::AtLeastOne => (
            "count(*)".to_owned(),
            "bigint",
            "found_parts = 0",
            format!(
                "format('there must be at least one %s', {})",
                quote_literal(&part_name)
            ),
        ),
    };
    let refusal = Refusal {
        condition: "check_violation",
        constraint: &rule.name,
        table: &whole_plan.table,
        message,
        hint: Some(quote_literal(&rule.says)),
    };
    let body = format!(
        "DECLARE\n    \
         locked record;\n    \
         found_parts {found_type};\n\
         BEGIN\n\
         {snapshot}    \
         -- Locked before anything is looked at, whether or not the rule applies to it: another\n    \
         -- session that writes it or its parts is waited for, and what it committed is seen below.\n    \
         -- NO KEY UPDATE, because foreign key checks of both sessions already share its key.\n    \
         SELECT {}\n      \
         INTO locked\n      \
         FROM {} AS w\n     \
         WHERE {}\n       \
         FOR NO KEY UPDATE;\n    \
         -- Gone with its parts, or not concerned.\n    \
         IF NOT FOUND OR NOT locked.applies THEN\n        \
         RETURN;\n    \
         END IF;\n    \
         SELECT {figure}\n      \
         INTO found_parts\n      \
         FROM {} AS p\n     \
         WHERE {};\n    \
         IF {} THEN\n\
         {}    \
         END IF;\n\
         END",
        selected.join(",\n           "),
        whole_plan.table.quoted(),
        equal("w", key, "", &arguments),
        part_plan.table.quoted(),
        of_parts.join("\n       AND "),
        broken,
        refusal.raise(8),
        snapshot = trigger_rules::refuse_old_snapshot(&rule.name, &whole_plan.table, 4),
    );
    let mut function = Routine::function("plpgsql", "void", body);
    function.security_definer = true;
    function.arguments = key
        .iter()
        .map(|column| {
            let data_type = whole_plan
                .key
                .iter()
                .find(|(name, _)| name == column)
                .map_or("bigint", |(_, data_type)| data_type.as_str());
            Argument::input(argument(column), data_type)
        })
        .collect();
    function.comment = Some(format!("Tests one {}: {}", aggregate.whole.name, rule.says));
    let name = draft.qualified(names::derived(&whole_plan.table, &["verify"], &rule.name));
    let signature = function.signature(name.clone());
    let object = ObjectId::Routine(signature.clone());
    for table in [&whole_plan.table, &part_plan.table] {
        draft
            .catalog
            .depends(object.clone(), ObjectId::Table(table.clone()));
    }
    draft.catalog.routines.insert(signature, function);
    (object, name.quoted())
}

fn constraint_trigger(
    aggregate: &Aggregate<'_>,
    events: impl IntoIterator<Item = TriggerEvent>,
    columns: Vec<Name>,
    function: QualifiedName,
) -> Trigger {
    let mut trigger = Trigger::row(TriggerTiming::After, events, function);
    trigger.update_columns = columns;
    trigger.constraint = Some(if aggregate.is_deferred() {
        Deferrability::InitiallyDeferred
    } else {
        Deferrability::InitiallyImmediate
    });
    trigger.comment = Some(aggregate.rule.says.clone());
    trigger
}

/// The trigger function with this body, and the trigger of `table` that calls it.
fn add_tested(
    draft: &mut Draft<'_>,
    aggregate: &Aggregate<'_>,
    check: &Check,
    table: &QualifiedName,
    body: String,
    events: Vec<TriggerEvent>,
    columns: Vec<Name>,
) -> Vec<ObjectId> {
    let function = trigger_rules::add_function(
        draft,
        names::derived(table, &["changed"], &aggregate.rule.name),
        body,
        Rights::Owner,
        &format!("Has {} tested when {table} changes.", aggregate.rule.name),
        &[],
    );
    draft
        .catalog
        .depends(function_object(&function), check.0.clone());
    let trigger = constraint_trigger(aggregate, events, columns, function.clone());
    let name = format!("verify_{}", aggregate.rule.name);
    vec![
        trigger_rules::add_trigger(draft, table, &name, trigger),
        function_object(&function),
    ]
}

/// The trigger on the whole: what it says, or whether the rule applies to it, changes.
fn add_whole_trigger(
    draft: &mut Draft<'_>,
    aggregate: &Aggregate<'_>,
    check: &Check,
) -> Vec<ObjectId> {
    let plan = draft.plan(&aggregate.whole.name).clone();
    let mut columns: BTreeSet<Name> = BTreeSet::new();
    if let Demand::SumEquals { bound } | Demand::SumAtMost { bound } = &aggregate.demand {
        columns.insert(bound.column.clone());
    }
    if let Some(condition) = aggregate.condition {
        columns.extend(columns_of(draft, &aggregate.whole.name, condition));
    }
    if plan.restorable {
        columns.insert(hidden_column());
    }
    let mut events = Vec::new();
    // A new row has no parts yet, so their sum exceeds nothing.
    if aggregate.is_deferred() {
        events.push(TriggerEvent::Insert);
    }
    if !columns.is_empty() {
        events.push(TriggerEvent::Update);
    }
    let body = format!(
        "BEGIN\n    PERFORM {}({});\n    RETURN NULL;\nEND",
        check.1,
        trigger_rules::list("NEW", &aggregate.link.key)
    );
    let columns = columns.into_iter().collect();
    add_tested(draft, aggregate, check, &plan.table, body, events, columns)
}

/// The trigger on the parts.
fn add_part_trigger(
    draft: &mut Draft<'_>,
    aggregate: &Aggregate<'_>,
    check: &Check,
) -> Vec<ObjectId> {
    let plan = draft.plan(&aggregate.part.name).clone();
    let link = &aggregate.link;
    let mut columns: BTreeSet<Name> = link.columns.iter().cloned().collect();
    if let Demand::SumEquals { bound } | Demand::SumAtMost { bound } = &aggregate.demand {
        columns.insert(bound.of_column.clone());
    }
    if let Some(condition) = aggregate.part_condition {
        columns.extend(columns_of(draft, &aggregate.part.name, condition));
    }
    if plan.restorable {
        columns.insert(hidden_column());
    }
    // Another part cannot make them too few.
    let counts_new = !matches!(aggregate.demand, Demand::AtLeastOne);
    let mut events = vec![TriggerEvent::Delete, TriggerEvent::Update];
    if counts_new {
        events.push(TriggerEvent::Insert);
    }
    let is_set = |row: &str| {
        link.columns
            .iter()
            .map(|c| format!("{} IS NOT NULL", dotted(row, c)))
            .collect::<Vec<_>>()
            .join(" AND ")
    };
    let moved = link
        .columns
        .iter()
        .map(|c| format!("{} IS DISTINCT FROM {}", dotted("NEW", c), dotted("OLD", c)))
        .collect::<Vec<_>>()
        .join(" OR ");
    let body = format!(
        "BEGIN\n    \
         IF TG_OP <> 'DELETE' THEN\n        \
         IF {} THEN\n            \
         PERFORM {check}({});\n        \
         END IF;\n    \
         END IF;\n    \
         -- A part that is removed, or moved, leaves a whole behind.\n    \
         IF TG_OP = 'DELETE' THEN\n        \
         IF {old_set} THEN\n            \
         PERFORM {check}({old});\n        \
         END IF;\n    \
         ELSIF TG_OP = 'UPDATE' THEN\n        \
         IF ({old_set}) AND ({moved}) THEN\n            \
         PERFORM {check}({old});\n        \
         END IF;\n    \
         END IF;\n    \
         RETURN NULL;\nEND",
        is_set("NEW"),
        trigger_rules::list("NEW", &link.columns),
        check = check.1,
        old_set = is_set("OLD"),
        old = trigger_rules::list("OLD", &link.columns),
    );
    let columns = columns.into_iter().collect();
    add_tested(draft, aggregate, check, &plan.table, body, events, columns)
}
