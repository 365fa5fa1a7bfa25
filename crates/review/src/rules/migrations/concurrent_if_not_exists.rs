//! Invalid indexes that are taken for good.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CIC-IF-NOT-EXISTS",
    title: "Concurrent builds that pass over an invalid index",
    rationale: "When a concurrent build fails it leaves an invalid index of that name. With IF NOT EXISTS the next try finds it there, does nothing and reports success: the index is kept up with every write and used by no query.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &["CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (a);"],
    good: &["CREATE INDEX CONCURRENTLY i ON users (a);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::CreateIndex {
        concurrently: true,
        if_not_exists: true,
        table,
        name,
        ..
    } = context.action()
        && let Some(target) = context.existing(table)
    {
        let name = name.clone().unwrap_or_default();
        report.add(
            ObjectId::Index(target.name, name.as_str().into()),
            "IF NOT EXISTS passes over an invalid index that a failed build left",
        );
    }
}
