//! Defaults of what only one kind has: a column's own DEFAULT would give them to every kind.

use pgwright_brief::model::{Entity, Kinds};
use pgwright_catalog::{Name, ObjectId, Trigger, TriggerEvent, TriggerTiming, quote_literal};

use super::{holders, kind_attributes};
use crate::draft::{Columns, Draft};
use crate::trigger_rules::{self, Rights};
use crate::{names, words};

/// Takes the defaults from the columns, and has a trigger fill them in for rows of the kind.
pub(super) fn build(
    draft: &mut Draft<'_>,
    entity: &Entity,
    kinds: &Kinds,
    kind: &Name,
) -> Vec<ObjectId> {
    let mut statements = String::new();
    for stored in kind_attributes(entity) {
        let column = match stored.columns(draft) {
            Some(Columns::One(column)) => column,
            Some(Columns::Several(parts)) => match parts.first() {
                Some((_, column)) => column.clone(),
                None => continue,
            },
            Some(Columns::Reference { own, .. }) => match own.last() {
                Some(column) => column.clone(),
                None => continue,
            },
            _ => continue,
        };
        let table = draft.table_mut(&entity.name);
        let Some(found) = table.columns.iter_mut().find(|c| c.name == column) else {
            continue;
        };
        let Some(default) = found.default.take() else {
            continue;
        };
        let list: Vec<String> = holders(kinds, &stored)
            .iter()
            .map(|holder| quote_literal(&holder.name))
            .collect();
        statements.push_str(&format!(
            "    IF NEW.{} IN ({}) AND NEW.{column} IS NULL THEN\n        \
             NEW.{column} := {};\n    END IF;\n",
            kind.quoted(),
            list.join(", "),
            default.sql(),
            column = column.quoted(),
        ));
    }
    if statements.is_empty() {
        return Vec::new();
    }
    let table = draft.plan(&entity.name).table.clone();
    let says = format!(
        "Fills in what {} of its kind has unless something else is said.",
        words::a(&entity.name)
    );
    let function = trigger_rules::add_function(
        draft,
        names::derived(&table, &["fill_in"], "defaults"),
        format!("BEGIN\n{statements}    RETURN NEW;\nEND"),
        Rights::Session,
        &says,
        &[],
    );
    let mut trigger = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Insert],
        function.clone(),
    );
    trigger.comment = Some(says);
    let object = trigger_rules::add_trigger(draft, &table, "fill_in_defaults", trigger);
    vec![object, trigger_rules::function_object(&function)]
}
