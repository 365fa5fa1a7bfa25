//! Columns that get another name.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-RENAME-COLUMN",
    title: "Columns that get another name",
    rationale: "The application that is running still uses the old name: its queries fail until it is replaced, and the new one fails until the migration has run. Add a column, write both, move over, then drop the old one; or a view with the old name.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &["ALTER TABLE users RENAME COLUMN mail TO email;"],
    good: &["CREATE TABLE users (mail text); ALTER TABLE users RENAME COLUMN mail TO email;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Rename {
        form: ObjectForm::Column,
        name,
        part: Some(part),
        to,
    } = context.action()
        && let Some(target) = context.existing(name)
    {
        report.add(
            target.column(part),
            format!("RENAME to {to}: what is running still uses the old name"),
        );
    }
}
