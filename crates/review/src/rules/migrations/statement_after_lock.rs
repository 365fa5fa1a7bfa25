//! Long work under a strong lock.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-STMT-AFTER-AEL",
    title: "Long work under a lock that keeps everybody out",
    rationale: "A lock is kept to the end of its transaction. What reads or writes many rows after an ALTER TABLE in the same transaction keeps reads and writes on that table waiting all the while.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 50,
    bad: &["BEGIN; ALTER TABLE a ADD COLUMN x int; UPDATE a SET x = 1 WHERE x IS NULL; COMMIT;"],
    good: &["ALTER TABLE a ADD COLUMN x int; UPDATE a SET x = 1 WHERE id < 1000;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    let Some(held) = context.state.held.first() else {
        return;
    };
    let long = match context.action() {
        Action::Write(written) => written.verb != "INSERT" || written.from_query,
        Action::CreateIndex { only: false, .. } | Action::Refresh { .. } => true,
        _ => false,
    };
    if long {
        report.add(
            ObjectId::Table(held.clone()),
            "is held in ACCESS EXCLUSIVE mode while this runs",
        );
    }
}
