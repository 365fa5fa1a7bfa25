//! Concurrent refreshes.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-REFRESH-MV-CONC",
    title: "Concurrent refreshes that keep each other out",
    rationale: "REFRESH MATERIALIZED VIEW CONCURRENTLY takes EXCLUSIVE on the view: readers go on, a second refresh waits for the whole time of the first.",
    severity: Info,
    evidence: &[Evidence::Text],
    consequence: 10,
    bad: &["REFRESH MATERIALIZED VIEW CONCURRENTLY sales;"],
    good: &["REFRESH MATERIALIZED VIEW sales;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Refresh {
        view,
        concurrently: true,
    } = context.action()
        && let Some(target) = context.existing(view)
    {
        report.add(
            ObjectId::MaterializedView(target.name.clone()),
            format!(
                "REFRESH CONCURRENTLY {}",
                context.costs("refresh_matview_concurrently", &target.name)
            ),
        );
    }
}
