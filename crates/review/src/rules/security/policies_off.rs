//! Policies that do not hold.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-POLICY-RLS-OFF",
    title: "Policies on tables without row-level security",
    rationale: "Policies do nothing until row-level security is enabled on their table: everybody who may read the table reads all of it.",
    severity: Error,
    consequence: 95,
    bad: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY, owner text); CREATE POLICY own ON notes USING (owner = CURRENT_USER);",
    ],
    good: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY, owner text); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes USING (owner = CURRENT_USER);",
    ],
    fix: "Row-level security is enabled.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table() {
        if !view.table.policies.is_empty() && !view.table.row_security {
            report
                .add(
                    view.id(),
                    format!(
                        "has {}, and row-level security is off",
                        count(view.table.policies.len(), "polic(ies)")
                    ),
                )
                .risky_fix(
                    "enable row-level security",
                    "Rows that no policy lets through are not seen any more.",
                    vec![Change::EnableRowSecurity(view.name.clone())],
                );
        }
    }
}
