//! Tables of very many partitions.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "PRT-TOO-MANY",
    title: "Tables of very many partitions",
    rationale: "A query that the planner cannot keep to a few partitions opens and locks all of them, plans for each, and keeps what it knows of each in the memory of every session.",
    severity: Warning,
    weighing: "The limit is 1000 partitions.",
    consequence: 30,
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let mut partitions: BTreeMap<&QualifiedName, usize> = BTreeMap::new();
    for view in context.every_table() {
        if let Some(of) = &view.table.partition_of {
            *partitions.entry(&of.parent).or_default() += 1;
        }
    }
    for (parent, number) in partitions.into_iter().filter(|(_, number)| *number > 1000) {
        report.add(
            ObjectId::Table(parent.clone()),
            format!("has {number} partitions"),
        );
    }
}
