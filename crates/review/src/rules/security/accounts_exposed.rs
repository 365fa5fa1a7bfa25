//! Views of the accounts.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-AUTH-USERS-EXPOSED",
    title: "Views that show the table of accounts to clients",
    rationale: "auth.users holds addresses, tokens and hashes of passwords of all accounts. A view over it that the roles of web clients may read gives away what it selects of them, for every account.",
    severity: Error,
    consequence: 95,
    bad: &[
        "CREATE ROLE anon; CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, email text); CREATE VIEW people AS SELECT * FROM auth.users; GRANT SELECT ON people TO anon;",
    ],
    good: &[
        "CREATE ROLE staff; CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, email text); CREATE VIEW people AS SELECT * FROM auth.users; GRANT SELECT ON people TO staff;",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let accounts = QualifiedName::new("auth", "users");
    let views = context
        .catalog
        .views
        .iter()
        .map(|(n, v)| (ObjectId::View(n.clone()), &v.grants));
    let copies = context
        .catalog
        .materialized_views
        .iter()
        .map(|(n, v)| (ObjectId::MaterializedView(n.clone()), &v.grants));
    for (id, grants) in views.chain(copies) {
        let needed = context.catalog.dependencies.get(&id);
        let reads = needed
            .into_iter()
            .flatten()
            .any(|n| matches!(n, ObjectId::Table(t) | ObjectId::Column(t, _) if *t == accounts));
        let client = grants.iter().find_map(|g| match &g.grantee {
            None => Some("everybody"),
            Some(role) => super::rls_off_beside_others::CLIENTS
                .iter()
                .copied()
                .find(|c| *c == role.as_str()),
        });
        if let (true, Some(client)) = (reads, client) {
            report.add(id, format!("shows auth.users to {client}"));
        }
    }
}
