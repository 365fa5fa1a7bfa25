//! Tables that clients reach without row-level security.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-RLS-OFF",
    title: "Tables that API roles reach without row-level security",
    rationale: "Roles that web clients use directly (anon, authenticated and the like) may read or write the table, and no policy says which rows: every client sees and changes all of them.",
    severity: Error,
    consequence: 90,
    bad: &[
        "CREATE ROLE anon; CREATE TABLE notes (id bigint PRIMARY KEY); GRANT SELECT, INSERT ON notes TO anon;",
    ],
    good: &[
        "CREATE ROLE anon; CREATE TABLE notes (id bigint PRIMARY KEY); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; GRANT SELECT ON notes TO anon; CREATE POLICY p ON notes FOR SELECT USING (true);",
    ],
    fix: "Row-level security is enabled.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

/// Roles that the gateways of PostgREST and Supabase act as for clients.
pub(super) const CLIENTS: &[&str] = &["anon", "authenticated", "web_anon"];

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table() {
        let clients: BTreeSet<&str> = view
            .table
            .grants
            .iter()
            .filter(|g| {
                matches!(
                    g.privilege,
                    Privilege::Select | Privilege::Insert | Privilege::Update | Privilege::Delete
                )
            })
            .filter_map(|g| g.grantee.as_ref().map(Name::as_str))
            .filter(|role| CLIENTS.contains(role))
            .collect();
        if !clients.is_empty() && !view.table.row_security && view.table.policies.is_empty() {
            let clients: Vec<&str> = clients.into_iter().collect();
            report
                .add(
                    view.id(),
                    format!("is open to {} with all its rows", list(&clients, 3)),
                )
                .risky_fix(
                    "enable row-level security",
                    "Nobody but the owner sees a row until there are policies.",
                    vec![Change::EnableRowSecurity(view.name.clone())],
                );
        }
    }
}
