//! Foreign keys that a partitioned table refuses.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-FK-PARTITIONED-NOTVALID",
    title: "Foreign keys that a partitioned table refuses as NOT VALID",
    rationale: "Before version 18 the server refuses a NOT VALID foreign key of a partitioned table. Add it to each partition as NOT VALID, validate those, then add it to the parent.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 75,
    bad: &[],
    good: &["CREATE TABLE m (a bigint) PARTITION BY RANGE (a);
-- migration
ALTER TABLE m ADD FOREIGN KEY (a) REFERENCES p (id) NOT VALID;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if context.version >= 18 {
        return;
    }
    for (target, constraint) in context.added_constraints() {
        let partitioned = target.table.is_some_and(|t| t.partition_by.is_some());
        if matches!(constraint.form, ConstraintForm::ForeignKey(..))
            && constraint.not_valid
            && partitioned
        {
            report.add(
                target.id(),
                format!(
                    "is partitioned: PostgreSQL {} refuses a foreign key of it that is NOT VALID",
                    context.version
                ),
            );
        }
    }
}
