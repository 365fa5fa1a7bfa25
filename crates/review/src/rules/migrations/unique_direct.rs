//! Unique constraints that build their index under lock.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-UNIQUE-DIRECT",
    title: "Unique constraints that build their index while everybody waits",
    rationale: "ADD UNIQUE builds the index under ACCESS EXCLUSIVE. Build a unique index concurrently, then ADD CONSTRAINT … UNIQUE USING INDEX takes a moment.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &["ALTER TABLE users ADD CONSTRAINT u UNIQUE (email);"],
    good: &["ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX u_idx;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, constraint) in context.added_constraints() {
        // ONLY a partitioned table there is nothing to build.
        if context.only() && target.table.is_some_and(|t| t.partition_by.is_some()) {
            continue;
        }
        if constraint.form == ConstraintForm::Unique(false) && constraint.using_index.is_none() {
            let name = constraint
                .name
                .clone()
                .unwrap_or_else(|| "unique".to_owned());
            report.add(
                target.constraint(&name),
                format!("ADD UNIQUE {}", context.costs("add_unique", &target.name)),
            );
        }
    }
}
