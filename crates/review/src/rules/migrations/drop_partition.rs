//! Partitions that are dropped in place.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROP-PARTITION",
    title: "Partitions that are dropped while everybody waits",
    rationale: "DROP TABLE of a partition takes ACCESS EXCLUSIVE on the partitioned table as well. Detached concurrently first, it is a table like any other.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 40,
    bad: &[
        "CREATE TABLE m (at date) PARTITION BY RANGE (at); CREATE TABLE m1 PARTITION OF m DEFAULT;
-- migration
DROP TABLE m1;",
    ],
    good: &["CREATE TABLE x (id bigint);
-- migration
DROP TABLE x;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Drop {
        form: ObjectForm::Table,
        names,
        ..
    } = context.action()
    {
        for path in names {
            let parent = context.existing(&written(path)).and_then(|target| {
                Some((
                    target.id(),
                    target.table?.partition_of.as_ref()?.parent.clone(),
                ))
            });
            if let Some((id, parent)) = parent {
                report.add(id, format!("DROP TABLE of a partition takes ACCESS EXCLUSIVE on {parent}: reads and writes wait"));
            }
        }
    }
}
