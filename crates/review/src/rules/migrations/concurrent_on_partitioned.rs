//! Concurrent builds on partitioned tables.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CIC-PARTITIONED",
    title: "Concurrent builds on partitioned tables",
    rationale: "CREATE INDEX CONCURRENTLY is refused for a partitioned table. The index is made ON ONLY the parent, concurrently on each partition, and attached one by one.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 80,
    bad: &["CREATE TABLE m (at date) PARTITION BY RANGE (at);
-- migration
CREATE INDEX CONCURRENTLY i ON m (at);"],
    good: &["CREATE TABLE m (at date) PARTITION BY RANGE (at);
-- migration
CREATE INDEX i ON ONLY m (at);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::CreateIndex {
        concurrently: true,
        table,
        ..
    } = context.action()
        && let Some(target) = context.existing(table)
        && target.table.is_some_and(|t| t.partition_by.is_some())
    {
        report.add(
            target.id(),
            "is partitioned, so that the server refuses CREATE INDEX CONCURRENTLY",
        );
    }
}
