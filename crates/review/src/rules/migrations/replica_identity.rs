//! Whole rows for replication.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-REPLICA-IDENTITY",
    title: "Tables whose whole old rows go into the log",
    rationale: "With REPLICA IDENTITY FULL every UPDATE and DELETE writes the whole old row into the write-ahead log, and a subscriber without a fitting index searches the whole table for each.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 40,
    bad: &["ALTER TABLE users REPLICA IDENTITY FULL;"],
    good: &["ALTER TABLE users REPLICA IDENTITY DEFAULT;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if matches!(command, Command::ReplicaIdentity(kind) if kind == "f") {
            report.add(
                target.id(),
                "REPLICA IDENTITY FULL: every change writes the whole old row into the log",
            );
        }
    }
}
