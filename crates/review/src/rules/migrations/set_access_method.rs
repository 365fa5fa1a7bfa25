//! Tables that get another access method.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-SET-ACCESS-METHOD",
    title: "Tables that get another access method",
    rationale: "SET ACCESS METHOD writes the table and its indexes anew under ACCESS EXCLUSIVE.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &["ALTER TABLE users SET ACCESS METHOD heap2;"],
    good: &["ALTER TABLE users SET (fillfactor = 80);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if matches!(command, Command::SetAccessMethod) {
            let costs = context.costs("set_access_method", &target.name);
            report.add(
                target.id(),
                if costs.is_empty() {
                    "is not known to this version".to_owned()
                } else {
                    costs
                },
            );
        }
    }
}
