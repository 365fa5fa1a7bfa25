//! Objects that move to another schema.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-SET-SCHEMA",
    title: "Objects that move to another schema",
    rationale: "What names it with its schema, or finds it by a search path that lacks the new one, fails.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 45,
    bad: &["ALTER TABLE users SET SCHEMA archive;"],
    good: &["CREATE TABLE n (id bigint); ALTER TABLE n SET SCHEMA archive;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::SetSchema(form, name) = context.action()
        && let Some(target) = context.existing(name)
    {
        report.add(
            target.id(),
            format!(
                "SET SCHEMA of the {}: what is running still looks for it where it was",
                form.as_str()
            ),
        );
    }
}
