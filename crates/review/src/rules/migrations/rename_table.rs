//! Tables that get another name.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-RENAME-TABLE",
    title: "Tables that get another name",
    rationale: "The application that is running still uses the old name, and its queries fail. In one transaction with a view of the old name, which can be written through, both work.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &["ALTER TABLE users RENAME TO people;"],
    good: &["CREATE TABLE users (id bigint); ALTER TABLE users RENAME TO people;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Rename {
        form: ObjectForm::Table,
        name,
        part: None,
        to,
    } = context.action()
        && let Some(target) = context.existing(name)
    {
        report.add(
            target.id(),
            format!("RENAME to {to}: what is running still uses the old name"),
        );
    }
}
