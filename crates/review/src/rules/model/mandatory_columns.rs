//! Columns that every table must have.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-MANDATORY-COLS",
    title: "Tables without a column that the settings demand",
    rationale: "The settings name columns that every table must have (`mandatory-columns` in `[review]` of pgwright.toml), such as created_at or tenant_id. It \
        finds nothing where none are named.",
    severity: Warning,
    consequence: 30,
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for wanted in &context.settings.mandatory_columns {
            if view.column(wanted).is_none() {
                report.add(view.id(), format!("has no column {wanted}"));
            }
        }
    }
}
