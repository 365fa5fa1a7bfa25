//! Partitions that are read in full before they are attached.

use super::super::migration_prelude::*;

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
        if !checked || keys.is_empty() {
            report.add(
                candidate.id(),
                format!(
                    "has no CHECK that its rows fit: ATTACH PARTITION {}",
                    context.costs("attach_partition_no_check", &target.name)
                ),
            );
        }
    }
}
