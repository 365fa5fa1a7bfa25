//! Tables that are never vacuumed.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MNT-AUTOVAC-OFF",
    title: "Tables that autovacuum passes over",
    rationale: "Dead rows pile up, statistics grow old and plans go wrong, until vacuum is forced on the table to keep transaction ids from running out, at a moment nobody chose. \
        Where it comes too often or too seldom, its thresholds are what to set.",
    severity: Warning,
    consequence: 50,
    bad: &["CREATE TABLE orders (id bigint PRIMARY KEY) WITH (autovacuum_enabled = false);"],
    good: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY) WITH (autovacuum_vacuum_scale_factor = 0.01);",
    ],
    fix: "The setting goes.",
    references: &["PostgreSQL manual 24.1, Routine Vacuuming"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table() {
        let off = view
            .table
            .options
            .get("autovacuum_enabled")
            .is_some_and(|v| matches!(v.as_str(), "false" | "off" | "0" | "no"));
        if off && view.purpose != Purpose::Staging {
            report.add(view.id(), "is passed over by autovacuum").fix(
                "reset autovacuum_enabled",
                vec![Change::ResetOption(
                    view.name.clone(),
                    "autovacuum_enabled".to_owned(),
                )],
            );
        }
    }
}
