//! Row-level security without policies.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-RLS-NO-POLICY",
    title: "Row-level security without a policy",
    rationale: "Nobody but the owner and roles that bypass it sees a row. That may be meant, for a table that only the owner's functions touch; else queries find nothing and say so to nobody.",
    severity: Info,
    consequence: 30,
    bad: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY); ALTER TABLE notes ENABLE ROW LEVEL SECURITY;",
    ],
    good: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY, owner text); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes USING (owner = CURRENT_USER);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table() {
        if view.table.row_security && view.table.policies.is_empty() {
            report.add(
                view.id(),
                "has row-level security and no policy: only its owner sees rows",
            );
        }
    }
}
