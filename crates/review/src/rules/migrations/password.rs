//! Passwords in a script.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-PASSWORD",
    title: "Passwords that stand in a script",
    rationale: "The script is in a repository, the statement in the server's log, in pg_stat_statements and in the history of shells. Set it with psql's password, or as a hash, outside of migrations.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 80,
    bad: &["CREATE ROLE app LOGIN PASSWORD 'hunter2';"],
    good: &["CREATE ROLE app LOGIN;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Role {
        name,
        password: true,
        ..
    } = context.action()
    {
        report.add(
            ObjectId::Role(name.as_str().into()),
            "its password stands in the script, and in the server's log",
        );
    }
}
