//! Tables that are locked by hand.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-LOCK-TABLE",
    title: "Tables that are locked by hand",
    rationale: "LOCK TABLE in a mode that conflicts with writes, or in ACCESS EXCLUSIVE with reads, makes everybody wait to the end of the transaction.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 50,
    bad: &["LOCK TABLE users IN ACCESS EXCLUSIVE MODE;"],
    good: &["LOCK TABLE users IN ROW EXCLUSIVE MODE;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Lock { tables, mode } = context.action() {
        for target in tables
            .iter()
            .filter_map(|t| context.existing(t))
            .filter(|_| *mode >= 5)
        {
            report.add(
                target.id(),
                if *mode == 8 {
                    "is locked in ACCESS EXCLUSIVE mode: reads and writes wait"
                } else {
                    "is locked: writes wait"
                },
            );
        }
    }
}
