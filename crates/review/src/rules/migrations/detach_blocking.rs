//! Partitions that are detached while everybody waits.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DETACH-NONCONC",
    title: "Partitions that are detached while everybody waits",
    rationale: "DETACH PARTITION takes ACCESS EXCLUSIVE on the partitioned table. With CONCURRENTLY, outside of a transaction and where there is no default partition, queries go on.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 50,
    bad: &["ALTER TABLE m DETACH PARTITION m_2020;"],
    good: &["ALTER TABLE m DETACH PARTITION m_2020 CONCURRENTLY;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if let Command::Detach {
            partition,
            concurrently: false,
        } = command
        {
            report.add(
                target.id(),
                format!(
                    "DETACH PARTITION {partition} {}",
                    context.costs("detach_partition", &target.name)
                ),
            );
        }
    }
}
