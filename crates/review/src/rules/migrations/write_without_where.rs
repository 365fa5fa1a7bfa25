//! All rows at once.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DML-NO-WHERE",
    title: "Statements that write every row",
    rationale: "UPDATE or DELETE without WHERE writes every row in one transaction: each stays locked to its end, as many dead rows are left behind, and replicas lag. Mostly a condition was forgotten; else batches do it.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &["UPDATE users SET status = 'active';", "DELETE FROM users;"],
    good: &[
        "UPDATE users SET status = 'active' WHERE id < 1000;",
        "CREATE TABLE n (id bigint); DELETE FROM n;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Write(written) = context.action()
        && !written.filtered
        && matches!(written.verb, "UPDATE" | "DELETE")
        && let Some(target) = context.existing(&written.table)
    {
        report.add(
            target.id(),
            format!(
                "{} without WHERE writes every row in one transaction",
                written.verb
            ),
        );
    }
}
