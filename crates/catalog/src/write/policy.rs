//! Row-level security policies.

use super::Writer;
use super::text::{condition, names};
use crate::{Name, Policy, PolicyCommand, QualifiedName};

impl Writer {
    /// `CREATE POLICY`.
    pub fn create_policy(&self, table: &QualifiedName, name: &Name, policy: &Policy) -> String {
        let mut lines = vec![format!(
            "CREATE POLICY {} ON {}",
            name.quoted(),
            table.quoted()
        )];
        if !policy.permissive {
            lines.push("AS RESTRICTIVE".to_owned());
        }
        let command = match policy.command {
            PolicyCommand::All => None,
            PolicyCommand::Select => Some("SELECT"),
            PolicyCommand::Insert => Some("INSERT"),
            PolicyCommand::Update => Some("UPDATE"),
            PolicyCommand::Delete => Some("DELETE"),
        };
        if let Some(command) = command {
            lines.push(format!("FOR {command}"));
        }
        if !policy.roles.is_empty() {
            lines.push(format!("TO {}", names(&policy.roles)));
        }
        if let Some(using) = &policy.using {
            lines.push(condition("USING", using.sql(), 4));
        }
        if let Some(check) = &policy.with_check {
            lines.push(condition("WITH CHECK", check.sql(), 4));
        }
        format!("{};", lines.join("\n    "))
    }
}
