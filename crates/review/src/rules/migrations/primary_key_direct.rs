//! Primary keys that build their index under lock.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-PK-DIRECT",
    title: "Primary keys that build their index while everybody waits",
    rationale: "ADD PRIMARY KEY builds the index, and makes sure that no column is null, under ACCESS EXCLUSIVE. Make the columns NOT NULL by way of a validated CHECK, build a unique index concurrently, then use it.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &["ALTER TABLE users ADD PRIMARY KEY (id);"],
    good: &[
        "CREATE TABLE users (id bigint NOT NULL); CREATE UNIQUE INDEX i ON users (id);
-- migration
ALTER TABLE users ADD CONSTRAINT p PRIMARY KEY USING INDEX i;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, constraint) in context.added_constraints() {
        // ONLY a partitioned table there is nothing to build.
        if context.only() && target.table.is_some_and(|t| t.partition_by.is_some()) {
            continue;
        }
        if constraint.form == ConstraintForm::PrimaryKey(false) && constraint.using_index.is_none()
        {
            let name = constraint
                .name
                .clone()
                .unwrap_or_else(|| "primary key".to_owned());
            report.add(
                target.constraint(&name),
                format!("ADD PRIMARY KEY {}", context.costs("add_pk", &target.name)),
            );
        }
    }
}
