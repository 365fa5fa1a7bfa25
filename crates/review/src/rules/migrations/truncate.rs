//! Tables that are emptied.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-TRUNCATE",
    title: "Tables that are emptied",
    rationale: "TRUNCATE takes ACCESS EXCLUSIVE and deletes all rows, past row triggers and, with CASCADE, those of every table that refers to it.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 70,
    bad: &["TRUNCATE TABLE users;"],
    good: &["CREATE TABLE users (id bigint); TRUNCATE users;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Truncate { tables, cascade } = context.action() {
        for target in tables.iter().filter_map(|t| context.existing(t)) {
            let more = if *cascade {
                ", and those of every table that refers to it"
            } else {
                ""
            };
            report.add(
                target.id(),
                format!(
                    "TRUNCATE deletes all its rows{more}; it {}",
                    context.costs("truncate", &target.name)
                ),
            );
        }
    }
}
