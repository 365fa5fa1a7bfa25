//! Event triggers.

use super::Writer;
use super::trigger::state_words;
use crate::{EventTrigger, Name, TriggerEnabled, quote_literal};

impl Writer {
    /// `CREATE EVENT TRIGGER`, and its state where it is not the usual one.
    pub fn create_event_trigger(&self, name: &Name, trigger: &EventTrigger) -> Vec<String> {
        let mut sql = format!(
            "CREATE EVENT TRIGGER {} ON {}",
            name.quoted(),
            trigger.event
        );
        if !trigger.tags.is_empty() {
            let tags: Vec<_> = trigger.tags.iter().map(|t| quote_literal(t)).collect();
            sql.push_str(&format!("\n    WHEN TAG IN ({})", tags.join(", ")));
        }
        sql.push_str(&format!(
            "\n    EXECUTE FUNCTION {}();",
            trigger.function.quoted()
        ));
        let mut statements = vec![sql];
        if trigger.enabled != TriggerEnabled::Origin {
            statements.push(format!(
                "ALTER EVENT TRIGGER {} {};",
                name.quoted(),
                state_words(trigger.enabled)
            ));
        }
        statements
    }
}
