//! Exclusion constraints on tables in use.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-EXCLUDE",
    title: "Exclusion constraints that build their index while everybody waits",
    rationale: "ADD EXCLUDE, and a key WITHOUT OVERLAPS, build their index under ACCESS EXCLUSIVE, and there is no way to do it beforehand. It needs a quiet moment, or a new table that is filled beside the old.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &[
        "ALTER TABLE bookings ADD CONSTRAINT x EXCLUDE USING gist (room WITH =, during WITH &&);",
        "ALTER TABLE bookings ADD CONSTRAINT p PRIMARY KEY (room, during WITHOUT OVERLAPS);",
    ],
    good: &[
        "CREATE TABLE bookings (room int, during tsrange, EXCLUDE USING gist (during WITH &&));",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, constraint) in context.added_constraints() {
        let form = match &constraint.form {
            ConstraintForm::Exclusion => "add_exclusion",
            ConstraintForm::PrimaryKey(true) | ConstraintForm::Unique(true) => {
                "add_temporal_unique_without_overlaps"
            }
            _ => continue,
        };
        let name = constraint
            .name
            .clone()
            .unwrap_or_else(|| "exclusion".to_owned());
        report.add(
            target.constraint(&name),
            format!(
                "its index is built at once: it {}",
                context.costs(form, &target.name)
            ),
        );
    }
}
