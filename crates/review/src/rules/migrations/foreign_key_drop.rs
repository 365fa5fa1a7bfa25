//! Foreign keys that are dropped.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-FK-PARENT-LOCK",
    title: "Foreign keys whose dropping locks two tables",
    rationale: "DROP CONSTRAINT of a foreign key takes ACCESS EXCLUSIVE on both tables: reads and writes on what is referred to wait as well. It should be alone in its transaction, with a lock_timeout.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 35,
    bad: &[
        "CREATE TABLE p (id bigint PRIMARY KEY); CREATE TABLE c (id bigint, p_id bigint CONSTRAINT f REFERENCES p);
-- migration
ALTER TABLE c DROP CONSTRAINT f;",
    ],
    good: &[
        "CREATE TABLE c (id bigint, CONSTRAINT k CHECK (id > 0));
-- migration
ALTER TABLE c DROP CONSTRAINT k;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if let Command::DropConstraint(name) = command
            && let Some(ConstraintKind::ForeignKey(key)) = target
                .table
                .and_then(|t| t.constraints.get(name.as_str()))
                .map(|c| &c.kind)
        {
            report.add(
                target.constraint(name),
                format!(
                    "is a foreign key: dropping it takes ACCESS EXCLUSIVE on {} as well",
                    key.references
                ),
            );
        }
    }
}
