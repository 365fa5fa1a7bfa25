//! Constraints that were never validated.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "CON-NOT-VALID",
    title: "Constraints that old rows may break",
    rationale: "A constraint that is NOT VALID holds for new rows only. Old rows may break it, an UPDATE of such a row fails out of the blue, and the planner \
        does not rely on it. VALIDATE CONSTRAINT reads the table once, without keeping writers out.",
    severity: Warning,
    consequence: 45,
    bad: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric); ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;",
    ],
    good: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric); ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT positive;",
    ],
    fix: "The constraint is validated.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, constraint) in &view.table.constraints {
            if !constraint.validated && constraint.enforced {
                report
                    .add(
                        view.constraint_id(name),
                        "is NOT VALID: rows from before may break it",
                    )
                    .risky_fix(
                        "validate it",
                        "Rows that break it stop the change.",
                        vec![Change::Validate(view.name.clone(), name.clone())],
                    );
            }
        }
    }
}
