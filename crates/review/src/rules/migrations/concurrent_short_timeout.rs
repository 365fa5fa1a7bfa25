//! Concurrent builds that give up early.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CIC-SHORT-LOCKTIMEOUT",
    title: "Concurrent builds under a short lock_timeout",
    rationale: "A concurrent build waits for every transaction that was there before it, and lock_timeout bounds those waits too: a short one makes it fail on any long transaction and leave an invalid index.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 35,
    bad: &["SET lock_timeout = '2s'; CREATE INDEX CONCURRENTLY i ON users (a);"],
    good: &["SET lock_timeout = '10min'; CREATE INDEX CONCURRENTLY i ON users (a);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::CreateIndex {
        concurrently: true,
        table,
        ..
    } = context.action()
        && let Some(timeout) = context
            .state
            .lock_timeout
            .filter(|ms| (1..60_000).contains(ms))
        && let Some(target) = context.existing(table)
    {
        report.add(target.id(), format!("a concurrent build under a lock_timeout of {timeout} ms fails on the first long transaction"));
    }
}
