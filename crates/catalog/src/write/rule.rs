//! Rewrite rules.

use super::Writer;
use super::text::condition;
use super::trigger::state_words;
use crate::{Name, QualifiedName, Rule, RuleEvent, TriggerEnabled};

impl Writer {
    /// `CREATE RULE` on a table or view.
    pub fn create_rule(&self, on: &QualifiedName, name: &Name, rule: &Rule) -> String {
        let event = match rule.event {
            RuleEvent::Select => "SELECT",
            RuleEvent::Insert => "INSERT",
            RuleEvent::Update => "UPDATE",
            RuleEvent::Delete => "DELETE",
        };
        let mut sql = format!(
            "CREATE RULE {} AS\n    ON {event} TO {}",
            name.quoted(),
            on.quoted()
        );
        if let Some(when) = &rule.condition {
            sql.push_str(&format!("\n    {}", condition("WHERE", when.sql(), 4)));
        }
        let instead = if rule.instead { "INSTEAD" } else { "ALSO" };
        let actions: Vec<_> = rule
            .actions
            .iter()
            .map(|a| a.trim().trim_end_matches(';').trim_end())
            .collect();
        let what = match actions.as_slice() {
            [] => " NOTHING".to_owned(),
            [action] => format!("\n    {action}"),
            actions => format!("\n    (\n    {};\n    )", actions.join(";\n    ")),
        };
        sql.push_str(&format!("\n    DO {instead}{what};"));
        sql
    }

    /// `ALTER TABLE … ENABLE/DISABLE RULE`, when the rule's state is not the usual one.
    pub fn rule_state(&self, on: &QualifiedName, name: &Name, rule: &Rule) -> Option<String> {
        (rule.enabled != TriggerEnabled::Origin).then(|| {
            format!(
                "ALTER TABLE {} {} RULE {};",
                on.quoted(),
                state_words(rule.enabled),
                name.quoted()
            )
        })
    }
}
