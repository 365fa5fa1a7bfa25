//! Types that the settings forbid.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-DENYLIST",
    title: "Types that are not to be used here",
    rationale: "The settings name types that no column may have (`forbidden-types` in `[review]` of pgwright.toml). It finds nothing \
        where none are named.",
    severity: Warning,
    consequence: 40,
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let forbidden: BTreeSet<String> = context
        .settings
        .forbidden_types
        .iter()
        .map(|t| pgwright_ddl::normalize::normal_type(t))
        .collect();
    if forbidden.is_empty() {
        return;
    }
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let base = column.data_type.split('(').next().unwrap_or_default();
            if forbidden.contains(&column.data_type) || forbidden.contains(base) {
                report.add(
                    view.column_id(&column.name),
                    format!("is {}, which the settings forbid", column.data_type),
                );
            }
        }
    }
}
