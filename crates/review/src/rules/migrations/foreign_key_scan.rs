//! Foreign keys that are checked at once.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-FK-VALIDATE",
    title: "Foreign keys that are checked while writers wait",
    rationale: "ADD FOREIGN KEY reads both tables in full while writes on both wait. Added as NOT VALID it holds for new rows at once; VALIDATE CONSTRAINT, in another transaction, then reads the table without making writers wait.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &[
        "ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (customer_id) REFERENCES customers (id);",
    ],
    good: &[
        "ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;",
        "CREATE TABLE orders (id bigint, customer_id bigint); ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id);",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, constraint) in context.added_constraints() {
        if let ConstraintForm::ForeignKey(to, _) = &constraint.form
            && !constraint.not_valid
            && !constraint.not_enforced
        {
            let name = constraint
                .name
                .clone()
                .unwrap_or_else(|| format!("foreign key to {to}"));
            report.add(
                target.constraint(&name),
                format!(
                    "is checked at once: writes on {} and {to} wait while all rows are read",
                    target.name.name
                ),
            );
        }
    }
}
