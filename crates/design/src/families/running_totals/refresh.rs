//! The function that brings totals up to date which may lag behind.

use pgwright_brief::model::{AttributeKind, ValueType};
use pgwright_catalog::{Argument, Name, ObjectId, Routine};

use super::Total;
use super::upkeep::live_condition;
use crate::draft::Draft;
use crate::names;
use crate::trigger_rules::list;

/// The function's name.
pub fn function_name(draft: &Draft<'_>, total: &Total<'_>) -> pgwright_catalog::QualifiedName {
    let table = &draft.plan(&total.entity.name).table;
    let stem = format!("refresh_{}", table.name);
    draft.qualified(names::shortened(&stem, total.column.as_str()))
}

/// The day's column in the source, when totals are by day: only recent days are added up again.
fn day_column(draft: &Draft<'_>, total: &Total<'_>) -> Option<Name> {
    total.running.per.iter().find_map(|attribute| {
        let found = total.source.attribute(attribute)?;
        (found.kind == AttributeKind::Value(ValueType::Date))
            .then(|| draft.column(&total.source.name, attribute))?
    })
}

/// Adds the function; gives its object.
pub fn build(draft: &mut Draft<'_>, total: &Total<'_>) -> ObjectId {
    let table = draft.plan(&total.entity.name).table.clone();
    let source = draft.plan(&total.source.name).table.clone();
    let column = total.column.quoted();
    let day = day_column(draft, total);
    let mut conditions: Vec<String> = live_condition(draft, total, "s").into_iter().collect();
    if let Some(day) = &day {
        conditions.push(format!("s.{} >= from_day", day.quoted()));
        // A day anywhere on earth begins less than a day before it does here: this lets the
        // planner skip old partitions.
        if let Some(partition) = &draft.plan(&total.source.name).partition
            && &partition.column != day
        {
            conditions.push(format!("s.{} >= from_day - 1", partition.column.quoted()));
        }
    }
    let condition = if conditions.is_empty() {
        String::new()
    } else {
        format!("\n     WHERE {}", conditions.join("\n       AND "))
    };
    let here: Vec<String> = total.here().iter().map(Name::quoted).collect();
    let per = list("s", &total.there());
    let body = format!(
        "DECLARE\n    changed bigint;\nBEGIN\n    \
         -- Adds up again rather than adding on: running it twice changes nothing.\n    \
         INSERT INTO {} AS t ({here}, {column})\n    \
         SELECT {per}, sum(s.{amount})\n      \
         FROM {} AS s{condition}\n     \
         GROUP BY {per}\n     \
         ORDER BY {per}\n        \
         ON CONFLICT ({here}) DO UPDATE\n       \
         SET {column} = excluded.{column}\n     \
         WHERE t.{column} IS DISTINCT FROM excluded.{column};\n    \
         GET DIAGNOSTICS changed = ROW_COUNT;\n    \
         RETURN changed;\nEND",
        table.quoted(),
        source.quoted(),
        here = here.join(", "),
        amount = total.amount.quoted(),
    );
    let mut function = Routine::function("plpgsql", "bigint", body);
    function.security_definer = true;
    // All tenants at once: a policy lets the owner through while the setting is on.
    if draft.brief.policies.tenancy.is_some() {
        function.settings.insert(
            crate::families::row_security::refreshing_setting(draft),
            "'on'".to_owned(),
        );
    }
    // Rows come late, by a week when their senders were offline; further back only as far as rows
    // are certainly still there to be added up.
    let kept = draft
        .entities
        .values()
        .find(|plan| plan.table == source)
        .and_then(|plan| plan.partition.as_ref())
        .and_then(|partition| partition.keep_months);
    let reach = if kept.is_some_and(|months| months < 0.5) {
        1
    } else {
        7
    };
    if day.is_some() {
        let from = format!("CURRENT_DATE - {reach}");
        function.arguments = vec![Argument::input("from_day", "date").default(from)];
    }
    function.comment = Some(format!(
        "Brings {} of {table} up to date{}; gives the number of totals written.",
        total.column,
        if day.is_some() {
            format!(
                ", from a day on ({reach} days ago unless said otherwise; rows that come later than \
                 that want a call with their day)"
            )
        } else {
            String::new()
        }
    ));
    let signature = function.signature(function_name(draft, total));
    let object = ObjectId::Routine(signature.clone());
    for read in [&table, &source] {
        draft
            .catalog
            .depends(object.clone(), ObjectId::Table(read.clone()));
    }
    draft.catalog.routines.insert(signature, function);
    object
}
