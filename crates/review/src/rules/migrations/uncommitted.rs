//! Transactions that are not committed.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-UNCOMMITTED-TX",
    title: "Transactions that are not committed",
    rationale: "A transaction that is begun and never committed is rolled back when the session ends: the migration reports success and has done nothing. A second BEGIN only warns.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 80,
    bad: &[
        "BEGIN; ALTER TABLE a ADD COLUMN x int;",
        "BEGIN; BEGIN; COMMIT;",
    ],
    good: &["BEGIN; ALTER TABLE a ADD COLUMN x int; COMMIT;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if matches!(context.action(), Action::Begin) && context.state.begun.is_some() {
        report
            .add(
                ObjectId::Schema("public".into()),
                "BEGIN stands in a transaction that is open already",
            )
            .severity(Warning);
    }
}
