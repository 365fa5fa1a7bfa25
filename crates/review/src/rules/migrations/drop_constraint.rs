//! Rules that hold no longer.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROP-CONSTRAINT",
    title: "Constraints that are dropped",
    rationale: "From then on rows come in that break what the constraint kept; to have it back, they have to be found and mended first.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 40,
    bad: &["ALTER TABLE users DROP CONSTRAINT users_email_key;"],
    good: &[
        "CREATE TABLE users (email text CONSTRAINT c CHECK (email IS NOT NULL) , n int);
-- migration
ALTER TABLE users ALTER COLUMN email SET NOT NULL; ALTER TABLE users DROP CONSTRAINT c;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if let Command::DropConstraint(name) = command {
            let constraint = target.table.and_then(|t| t.constraints.get(name.as_str()));
            // One that is not validated or enforced kept little, and one that only said NOT NULL is replaced.
            let helper = constraint.is_some_and(|c| match &c.kind {
                ConstraintKind::Check(e) => {
                    !c.validated
                        || e.sql()
                            .to_uppercase()
                            .trim_end_matches(')')
                            .ends_with("IS NOT NULL")
                }
                _ => !c.validated || !c.enforced,
            });
            if !helper {
                report.add(
                    target.constraint(name),
                    "DROP CONSTRAINT: rows that break it come in from now on",
                );
            }
        }
    }
}
