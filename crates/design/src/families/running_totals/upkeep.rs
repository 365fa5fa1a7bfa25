//! The triggers that keep a total as its rows are written, and the one that keeps others off it.

use pgwright_catalog::{
    Expression, Name, ObjectId, QualifiedName, Trigger, TriggerEvent, TriggerTiming, quote_literal,
};

use super::{Total, has_nullable};
use crate::companion;
use crate::draft::Draft;
use crate::names;
use crate::trigger_rules::{self, Refusal, Rights, dotted, function_object, hidden_column, list};
use crate::words;

/// Adds the triggers; gives the objects.
pub fn build(draft: &mut Draft<'_>, total: &Total<'_>) -> Vec<ObjectId> {
    let mut by = add_upkeep(draft, total);
    by.extend(add_guard(draft, total));
    by
}

/// Only rows that are not hidden count.
pub fn live_condition(draft: &Draft<'_>, total: &Total<'_>, alias: &str) -> Option<String> {
    draft
        .plan(&total.source.name)
        .restorable
        .then(|| format!("{} IS NULL", dotted(alias, &hidden_column())))
}

/// Rows grouped by what belongs together, in the order in which totals are locked.
fn grouped(draft: &Draft<'_>, total: &Total<'_>, tables: &[(&str, &str)], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let per = list("r", &total.there());
    let amount = dotted("r", &total.amount);
    let condition = live_condition(draft, total, "r")
        .map_or_else(String::new, |c| format!("\n{pad} WHERE {c}"));
    if let [(table, _)] = tables {
        let sign = if tables[0].1 == "-" { "-" } else { "" };
        return format!(
            "{pad}SELECT {per}, {sign}sum({amount}) AS amount\n\
             {pad}  FROM {table} AS r{condition}\n\
             {pad} GROUP BY {per}\n\
             {pad} ORDER BY {per}"
        );
    }
    let parts: Vec<String> = tables
        .iter()
        .map(|(table, sign)| {
            let sign = if *sign == "-" { "-" } else { "" };
            let condition = live_condition(draft, total, "r")
                .map_or_else(String::new, |c| format!(" WHERE {c}"));
            format!(
                "{pad}        SELECT {per}, {sign}{amount} AS amount FROM {table} AS r{condition}"
            )
        })
        .collect();
    format!(
        "{pad}SELECT {per}, sum(r.amount) AS amount\n\
         {pad}  FROM (\n{}\n{pad}       ) AS r\n\
         {pad} GROUP BY {per}\n\
         {pad}HAVING sum(r.amount) <> 0\n\
         {pad} ORDER BY {per}",
        parts.join(&format!("\n{pad}        UNION ALL\n"))
    )
}

fn add_upkeep(draft: &mut Draft<'_>, total: &Total<'_>) -> Vec<ObjectId> {
    let table = draft.plan(&total.entity.name).table.clone();
    let source = draft.plan(&total.source.name).table.clone();
    let column = total.column.quoted();
    let equals = if has_nullable(draft, total) {
        "IS NOT DISTINCT FROM"
    } else {
        "="
    };
    let same: Vec<String> = total
        .per
        .iter()
        .map(|(here, there)| format!("t.{} {equals} change.{}", here.quoted(), there.quoted()))
        .collect();
    let update = |indent: usize| {
        let pad = " ".repeat(indent);
        format!(
            "{pad}UPDATE {} AS t\n{pad}   SET {column} = t.{column} + change.amount\n\
             {pad} WHERE {};\n",
            table.quoted(),
            same.join(&format!("\n{pad}   AND "))
        )
    };
    let here: Vec<String> = total.here().iter().map(Name::quoted).collect();
    let missing = missing_columns(draft, total);
    let create = if missing.is_empty() {
        format!(
            "            -- The first of its kind: another session may be adding it too, and only\n            \
             -- one of the two rows stays. It starts at zero, because a CHECK is tested on the\n            \
             -- row as it is proposed, before the other session's row is seen.\n            \
             INSERT INTO {} AS t ({}, {column})\n            \
             VALUES ({}, 0)\n            \
             ON CONFLICT ({}) DO NOTHING;\n{}",
            table.quoted(),
            here.join(", "),
            list("change", &total.there()),
            here.join(", "),
            update(12)
        )
    } else {
        let name = constraint_name(&table, &total.column);
        Refusal {
            condition: "foreign_key_violation",
            constraint: &name,
            table: &table,
            message: quote_literal(&format!(
                "there is no {} to add this {} to",
                total.entity.name.replace('_', " "),
                total.source.name.replace('_', " ")
            )),
            hint: Some(quote_literal(&format!(
                "Add {} first; it needs a value for {}.",
                words::a(&total.entity.name),
                missing.join(", ")
            ))),
        }
        .raise(12)
    };
    let keep = format!(
        "        -- The UPDATE locks the total until this transaction ends. Whoever writes the same one\n        \
         -- waits here, and then adds to what this transaction leaves.\n\
         {}        \
         IF NOT FOUND THEN\n\
         {create}        \
         END IF;\n",
        update(8)
    );
    let order = "    -- In key order, so that two sessions that write several totals cannot wait for each other.\n";
    let body = if total.source.append_only {
        format!(
            "DECLARE\n    change record;\nBEGIN\n{order}    FOR change IN\n{}\n    LOOP\n{keep}    \
             END LOOP;\n    RETURN NULL;\nEND",
            grouped(draft, total, &[("added", "+")], 8)
        )
    } else {
        format!(
            "DECLARE\n    changes refcursor;\n    change record;\nBEGIN\n{order}    \
             IF TG_OP = 'INSERT' THEN\n        OPEN changes FOR\n{};\n    \
             ELSIF TG_OP = 'DELETE' THEN\n        OPEN changes FOR\n{};\n    \
             ELSE\n        OPEN changes FOR\n{};\n    END IF;\n    \
             LOOP\n        FETCH changes INTO change;\n        EXIT WHEN NOT FOUND;\n{keep}    \
             END LOOP;\n    CLOSE changes;\n    RETURN NULL;\nEND",
            grouped(draft, total, &[("added", "+")], 12),
            grouped(draft, total, &[("removed", "-")], 12),
            grouped(draft, total, &[("added", "+"), ("removed", "-")], 12),
        )
    };
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["keep"], total.column.as_str()),
        body,
        Rights::Owner,
        &format!(
            "Adds what a statement wrote to {source} to {column} of {table}.",
            column = total.column
        ),
        std::slice::from_ref(&table),
    );
    let mut by = vec![function_object(&function)];
    let mut add = |event: TriggerEvent, word: &str| {
        let mut trigger = Trigger::row(TriggerTiming::After, [event], function.clone());
        trigger.for_each_row = false;
        if event != TriggerEvent::Delete {
            trigger.new_table = Some(Name::new("added"));
        }
        if event != TriggerEvent::Insert {
            trigger.old_table = Some(Name::new("removed"));
        }
        let name = format!("total_{}_{}_{word}", table.name, total.column);
        by.push(trigger_rules::add_trigger(draft, &source, &name, trigger));
    };
    add(TriggerEvent::Insert, "insert");
    if !total.source.append_only {
        add(TriggerEvent::Update, "update");
        add(TriggerEvent::Delete, "delete");
    }
    by
}

/// Columns that a new total's row would need and the trigger cannot know.
pub fn missing_columns(draft: &Draft<'_>, total: &Total<'_>) -> Vec<String> {
    let here = total.here();
    draft
        .table(&total.entity.name)
        .columns
        .iter()
        .filter(|c| c.not_null && c.default.is_none() && c.identity.is_none())
        .filter(|c| c.generated.is_none() && !here.contains(&c.name) && c.name != total.column)
        .map(|c| c.name.to_string())
        .collect()
}

/// What errors about direct writes name.
pub fn constraint_name(table: &QualifiedName, column: &Name) -> String {
    names::derived(table, &[column.as_str()], "total").to_string()
}

/// Nobody writes the total by hand: only functions with the owner's rights do. How deep in triggers
/// a statement runs says nothing about that: any session may have a trigger on a table of its own.
pub fn add_guard(draft: &mut Draft<'_>, total: &Total<'_>) -> Vec<ObjectId> {
    let table = draft.plan(&total.entity.name).table.clone();
    let column = total.column.quoted();
    let constraint = constraint_name(&table, &total.column);
    let words = total.attribute.name.replace('_', " ");
    let refusal = Refusal {
        condition: "restrict_violation",
        constraint: &constraint,
        table: &table,
        message: quote_literal(&format!(
            "{words} is the sum of {} and is not written by hand",
            names::plural(&total.source.name).replace('_', " ")
        )),
        hint: Some(quote_literal(&format!(
            "Add {} that makes the difference.",
            words::a(&total.source.name)
        ))),
    };
    let moved: Vec<String> = total
        .here()
        .iter()
        .map(|c| format!("NEW.{c} IS DISTINCT FROM OLD.{c}", c = c.quoted()))
        .collect();
    let raise = refusal.raise(12);
    let body = format!(
        "BEGIN\n    \
         IF TG_OP = 'INSERT' THEN\n        \
         IF NEW.{column} <> 0 THEN\n{raise}        END IF;\n    \
         ELSIF TG_OP = 'UPDATE' THEN\n        \
         IF NEW.{column} IS DISTINCT FROM OLD.{column}\n           \
         OR OLD.{column} <> 0 AND ({}) THEN\n{raise}        END IF;\n    \
         ELSE\n        \
         IF OLD.{column} <> 0 THEN\n{raise}        END IF;\n        \
         RETURN OLD;\n    \
         END IF;\n    \
         RETURN NEW;\nEND",
        moved.join(" OR ")
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["refuse", total.column.as_str()], "change"),
        body,
        Rights::Session,
        &format!("Refuses to write {} of {table} by hand.", total.column),
        &[],
    );
    let mut trigger = Trigger::row(
        TriggerTiming::Before,
        [
            TriggerEvent::Insert,
            TriggerEvent::Update,
            TriggerEvent::Delete,
        ],
        function.clone(),
    );
    let owner = companion::role(draft, "owner");
    trigger.when = Some(Expression::new(format!(
        "CURRENT_USER <> {}::name",
        quote_literal(owner.as_str())
    )));
    trigger.comment = Some(format!("{words} is written with the owner's rights only."));
    let name = format!("refuse_{}_change", total.column);
    vec![
        trigger_rules::add_trigger(draft, &table, &name, trigger),
        function_object(&function),
    ]
}
