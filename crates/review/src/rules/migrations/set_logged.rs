//! Tables that become logged or unlogged.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-SET-LOGGED",
    title: "Tables that become logged or unlogged",
    rationale: "SET LOGGED and SET UNLOGGED write the table and its indexes anew under ACCESS EXCLUSIVE.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &[
        "ALTER TABLE users SET LOGGED;",
        "ALTER TABLE users SET UNLOGGED;",
    ],
    good: &["ALTER TABLE users SET (fillfactor = 80);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if matches!(command, Command::SetLogged(_)) {
            let costs = context.costs("set_logged", &target.name);
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
