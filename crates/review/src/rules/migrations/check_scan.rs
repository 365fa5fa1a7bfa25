//! Checks that are checked at once.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CHECK-VALIDATE",
    title: "Checks of all rows while everybody waits",
    rationale: "ADD CHECK reads the whole table under ACCESS EXCLUSIVE. Added as NOT VALID it holds for new rows at once; VALIDATE CONSTRAINT, in another transaction, then reads the table and nobody waits.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &["ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0);"],
    good: &["ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, constraint) in context.added_constraints() {
        if constraint.form == ConstraintForm::Check
            && !constraint.not_valid
            && !constraint.not_enforced
        {
            let name = constraint
                .name
                .clone()
                .unwrap_or_else(|| "check".to_owned());
            report.add(
                target.constraint(&name),
                format!("ADD CHECK {}", context.costs("add_check", &target.name)),
            );
        }
    }
}
