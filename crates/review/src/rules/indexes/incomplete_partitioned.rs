//! Partitioned indexes that are not complete.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "IDX-PART-NOT-ATTACHED",
    title: "Indexes of partitioned tables that some partitions lack",
    rationale: "An index that was made ON ONLY the partitioned table becomes valid when every partition has its part attached. Until then queries that go to partitions without a part \
        read them in full, and a unique one keeps nothing unique.",
    severity: Warning,
    consequence: 50,
    bad: &[
        "CREATE TABLE m (id bigint, at date, v int) PARTITION BY RANGE (at); CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01'); CREATE INDEX by_value ON ONLY m (v);",
    ],
    good: &[
        "CREATE TABLE m (id bigint, at date, v int) PARTITION BY RANGE (at); CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01'); CREATE INDEX by_value ON m (v);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context
        .every_table()
        .filter(|v| v.table.partition_by.is_some())
    {
        for (name, index) in view.table.indexes.iter().filter(|(_, i)| i.only) {
            let lacking: Vec<&str> = context
                .catalog
                .partitions_of(view.name)
                .filter(|(_, partition)| {
                    !partition
                        .indexes
                        .values()
                        .any(|i| i.parent.as_ref() == Some(name))
                })
                .map(|(n, _)| n.name.as_str())
                .collect();
            if !lacking.is_empty() && !index.method.as_str().is_empty() {
                report.add(
                    view.index_id(name),
                    format!("is not attached to an index of {}", list(&lacking, 4)),
                );
            }
        }
    }
}
