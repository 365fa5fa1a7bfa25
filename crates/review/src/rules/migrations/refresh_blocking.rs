//! Materialized views that are refreshed while readers wait.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-REFRESH-MV",
    title: "Materialized views that are refreshed while readers wait",
    rationale: "REFRESH MATERIALIZED VIEW takes ACCESS EXCLUSIVE on the view. With CONCURRENTLY, which needs a unique index, readers go on with the old rows.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 40,
    bad: &["REFRESH MATERIALIZED VIEW sales;"],
    good: &["REFRESH MATERIALIZED VIEW CONCURRENTLY sales;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Refresh {
        view,
        concurrently: false,
    } = context.action()
        && let Some(target) = context.existing(view)
    {
        report.add(
            ObjectId::MaterializedView(target.name.clone()),
            format!("REFRESH {}", context.costs("refresh_matview", &target.name)),
        );
    }
}
