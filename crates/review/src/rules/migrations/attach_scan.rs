//! Partitions that are read in full before they are attached.

use super::super::migration_prelude::*;

use pgwright_catalog::PartitionBound;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ATTACH-SCAN",
    title: "Partitions that are read in full while they are attached",
    rationale: "ATTACH PARTITION reads every row of the new partition, and of the default partition, under ACCESS EXCLUSIVE on them, unless a validated CHECK says that the rows fit. Add the CHECK as NOT VALID and validate it first.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 50,
    bad: &[
        "ALTER TABLE m ATTACH PARTITION m_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    ],
    good: &[
        "CREATE TABLE m (at date NOT NULL) PARTITION BY RANGE (at); CREATE TABLE m_2026 (at date NOT NULL, CHECK (at >= '2026-01-01' AND at < '2027-01-01'));
-- migration
ALTER TABLE m ATTACH PARTITION m_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
        "CREATE TABLE m (at date NOT NULL) PARTITION BY RANGE (at);
-- migration
CREATE TABLE m_2026 (LIKE m); ALTER TABLE m ATTACH PARTITION m_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::Attach(partition) = command else {
            continue;
        };
        let Some(candidate) = context.existing(partition) else {
            continue;
        };
        let keys: Vec<&str> = target
            .table
            .and_then(|t| t.partition_by.as_ref())
            .map(|p| p.elements.iter().map(String::as_str).collect())
            .unwrap_or_default();
        let checked = candidate.table.is_some_and(|table| {
            table.constraints.values().any(|c| match &c.kind {
                ConstraintKind::Check(e) => {
                    c.validated && keys.iter().all(|key| e.sql().contains(key))
                }
                _ => false,
            })
        });
        let costs = context.costs("attach_partition_no_check", &target.name);
        if !checked || keys.is_empty() {
            report.add(
                candidate.id(),
                format!("has no CHECK that its rows fit: ATTACH PARTITION {costs}"),
            );
        }
        let (Some(parent), Some(table)) = (target.table, candidate.table) else {
            continue;
        };
        for (name, default) in context.statement.catalog().partitions_of(&target.name) {
            let is_default = default
                .partition_of
                .as_ref()
                .is_some_and(|of| of.bound == PartitionBound::Default);
            let excludes = default
                .constraints
                .values()
                .any(|c| matches!(c.kind, ConstraintKind::Check(_)) && c.validated);
            if is_default && !excludes {
                report.add(ObjectId::Table(name.clone()), "is the default partition: all its rows are read under ACCESS EXCLUSIVE to see whether one belongs to the new one");
            }
        }
        let built = parent.indexes.values().any(|index| {
            !table
                .indexes
                .values()
                .any(|own| own.elements == index.elements && own.predicate == index.predicate)
        }) || parent.keys().any(|(_, key)| {
            let same = |columns: &[pgwright_catalog::Name]| columns == key.columns.as_slice();
            let by_index = table.indexes.values().any(|own| {
                own.unique
                    && own.elements
                        == pgwright_catalog::Index::btree(key.columns.iter().cloned()).elements
            });
            !table.keys().any(|(_, own)| same(&own.columns)) && !by_index
        });
        if built {
            report.add(candidate.id(), "lacks an index that the partitioned table has: ATTACH PARTITION builds it while everybody waits");
        }
        let checks_keys = parent.foreign_keys().any(|(_, key)| {
            !table
                .foreign_keys()
                .any(|(_, own)| own.columns == key.columns && own.references == key.references)
        });
        if checks_keys {
            report.add(candidate.id(), "lacks a foreign key that the partitioned table has: ATTACH PARTITION checks it for every row");
        }
    }
}
