//! Tables that are dropped.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROP-TABLE",
    title: "Tables that are dropped",
    rationale: "The rows are gone for good, and every query that still names the table fails. Rename it first, or take it out of the application and wait, and keep a copy.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 70,
    bad: &["DROP TABLE users;"],
    good: &["CREATE TABLE users (id bigint); DROP TABLE users;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Drop {
        form: ObjectForm::Table,
        names,
        if_exists,
        ..
    } = context.action()
    {
        for path in names {
            let name = written(path);
            let there = context.statement.relation(&name).is_some();
            if let Some(target) = context
                .existing(&name)
                .filter(|_| there || !if_exists || context.state.made.is_empty())
            {
                report.add(
                    target.id(),
                    "DROP TABLE: its rows are gone, and what runs against it fails",
                );
            }
        }
    }
}
