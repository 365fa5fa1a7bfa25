//! Columns that are dropped.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROP-COLUMN",
    title: "Columns that are dropped",
    rationale: "The values are gone for good, and the application that is running still names the column: SELECT and INSERT fail until it is replaced. First stop using it, then drop it in a later migration.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 65,
    bad: &["ALTER TABLE users DROP COLUMN email;"],
    good: &["CREATE TABLE users (id bigint, email text); ALTER TABLE users DROP COLUMN email;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if let Command::DropColumn(name) = command {
            report.add(
                target.column(name),
                "DROP COLUMN: its values are gone, and what still names it fails",
            );
        }
    }
}
