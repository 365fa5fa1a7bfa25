//! Tables that move to another tablespace.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-SET-TABLESPACE",
    title: "Tables that move to another tablespace",
    rationale: "SET TABLESPACE copies the whole table under ACCESS EXCLUSIVE.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &["ALTER TABLE users SET TABLESPACE fast;"],
    good: &["ALTER TABLE users SET (fillfactor = 80);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if matches!(command, Command::SetTablespace) {
            let costs = context.costs("set_tablespace", &target.name);
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
