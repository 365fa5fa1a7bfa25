//! Partitions that are made in place.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CREATE-PARTITION-OF",
    title: "Partitions that are made in place",
    rationale: "CREATE TABLE … PARTITION OF takes ACCESS EXCLUSIVE on the partitioned table, and reads its default partition. Made as a table of its own, with a CHECK, and then attached, it only takes SHARE UPDATE EXCLUSIVE.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 40,
    bad: &["CREATE TABLE m (at date) PARTITION BY RANGE (at);
-- migration
CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');"],
    good: &[
        "CREATE TABLE m (at date) PARTITION BY RANGE (at); CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::CreateTable {
        partition_of: Some(parent),
        table,
        ..
    } = context.action()
        && let Some(target) = context.existing(parent)
    {
        report.add(target.id(), format!("CREATE TABLE {table} PARTITION OF it takes ACCESS EXCLUSIVE on it: reads and writes wait"));
    }
}
