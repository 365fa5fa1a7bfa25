//! Triggers.

use super::text::{condition, names};
use super::{WriteError, Writer};
use crate::{
    Deferrability, Name, ObjectId, QualifiedName, Trigger, TriggerEnabled, TriggerEvent,
    TriggerTiming, quote_literal,
};

impl Writer {
    /// `CREATE TRIGGER` on a table or view.
    pub fn create_trigger(
        &self,
        on: &QualifiedName,
        name: &Name,
        trigger: &Trigger,
    ) -> Result<String, WriteError> {
        if trigger.events.is_empty() {
            return Err(WriteError::Impossible {
                object: Box::new(ObjectId::Trigger(on.clone(), name.clone())),
                problem: "a trigger needs at least one event".to_owned(),
            });
        }
        let timing = match trigger.timing {
            TriggerTiming::Before => "BEFORE",
            TriggerTiming::After => "AFTER",
            TriggerTiming::InsteadOf => "INSTEAD OF",
        };
        let events: Vec<_> = trigger
            .events
            .iter()
            .map(|event| match event {
                TriggerEvent::Insert => "INSERT".to_owned(),
                TriggerEvent::Delete => "DELETE".to_owned(),
                TriggerEvent::Truncate => "TRUNCATE".to_owned(),
                TriggerEvent::Update if trigger.update_columns.is_empty() => "UPDATE".to_owned(),
                TriggerEvent::Update => format!("UPDATE OF {}", names(&trigger.update_columns)),
            })
            .collect();
        let kind = if trigger.constraint.is_some() {
            "CONSTRAINT TRIGGER"
        } else {
            "TRIGGER"
        };
        let mut lines = vec![
            format!("CREATE {kind} {}", name.quoted()),
            format!("{timing} {} ON {}", events.join(" OR "), on.quoted()),
        ];
        if let Some(from) = &trigger.from {
            lines.push(format!("FROM {}", from.quoted()));
        }
        match trigger.constraint {
            None | Some(Deferrability::NotDeferrable) => {}
            Some(Deferrability::InitiallyImmediate) => lines.push("DEFERRABLE".to_owned()),
            Some(Deferrability::InitiallyDeferred) => {
                lines.push("DEFERRABLE INITIALLY DEFERRED".to_owned());
            }
        }
        let tables: Vec<_> = [("OLD", &trigger.old_table), ("NEW", &trigger.new_table)]
            .into_iter()
            .filter_map(|(word, table)| {
                table
                    .as_ref()
                    .map(|t| format!("{word} TABLE AS {}", t.quoted()))
            })
            .collect();
        if !tables.is_empty() {
            lines.push(format!("REFERENCING {}", tables.join(" ")));
        }
        let level = if trigger.for_each_row {
            "ROW"
        } else {
            "STATEMENT"
        };
        lines.push(format!("FOR EACH {level}"));
        if let Some(when) = &trigger.when {
            lines.push(condition("WHEN", when.sql(), 4));
        }
        let arguments: Vec<_> = trigger.arguments.iter().map(|a| quote_literal(a)).collect();
        lines.push(format!(
            "EXECUTE FUNCTION {}({})",
            trigger.function.quoted(),
            arguments.join(", ")
        ));
        Ok(format!("{};", lines.join("\n    ")))
    }

    /// `ALTER TABLE … ENABLE/DISABLE TRIGGER`, when the trigger's state is not the usual one.
    pub fn trigger_state(
        &self,
        on: &QualifiedName,
        name: &Name,
        trigger: &Trigger,
    ) -> Option<String> {
        (trigger.enabled != TriggerEnabled::Origin)
            .then(|| self.set_trigger_state(on, name, trigger.enabled))
    }

    /// `ALTER TABLE … ENABLE/DISABLE TRIGGER`.
    pub fn set_trigger_state(
        &self,
        on: &QualifiedName,
        name: &Name,
        state: TriggerEnabled,
    ) -> String {
        format!(
            "ALTER TABLE {} {} TRIGGER {};",
            on.quoted(),
            state_words(state),
            name.quoted()
        )
    }
}

/// The words of ALTER TABLE and ALTER EVENT TRIGGER for an enable state.
pub(super) fn state_words(state: TriggerEnabled) -> &'static str {
    match state {
        TriggerEnabled::Origin => "ENABLE",
        TriggerEnabled::Always => "ENABLE ALWAYS",
        TriggerEnabled::Replica => "ENABLE REPLICA",
        TriggerEnabled::Disabled => "DISABLE",
    }
}
