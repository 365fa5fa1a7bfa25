//! Waits without an end.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-LOCK-TIMEOUT-ZERO",
    title: "Waits for locks without an end",
    rationale: "lock_timeout = 0 waits for ever. A statement that waits for a strong lock makes every query wait that comes after it, so that one long transaction stops the application.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &["SET lock_timeout = 0;"],
    good: &["SET lock_timeout = '2s';"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Set {
        name,
        value: Some(value),
        ..
    } = context.action()
        && name == "lock_timeout"
        && crate::migration::milliseconds(value) == Some(0)
    {
        report.add(
            ObjectId::Schema("public".into()),
            "lock_timeout = 0 lets a statement wait for ever, and all that come after it",
        );
    }
}
