//! What everybody may do.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-PUBLIC-GRANT",
    title: "Privileges that everybody has",
    rationale: "PUBLIC is every role there is and every role there will be. What it may do cannot be kept from one of them.",
    severity: Warning,
    weighing: "An error where everybody may write, or create objects in a schema that is on others' search path.",
    consequence: 70,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY); GRANT SELECT, INSERT ON t TO PUBLIC;",
        "CREATE SCHEMA app; GRANT CREATE ON SCHEMA app TO PUBLIC;",
    ],
    good: &[
        "CREATE ROLE reader; CREATE TABLE t (id bigint PRIMARY KEY); GRANT SELECT ON t TO reader;",
    ],
    fix: "The privilege is revoked.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let tables = context
        .catalog
        .tables
        .iter()
        .map(|(n, t)| (ObjectId::Table(n.clone()), &t.grants));
    let views = context
        .catalog
        .views
        .iter()
        .map(|(n, v)| (ObjectId::View(n.clone()), &v.grants));
    let materialized = context
        .catalog
        .materialized_views
        .iter()
        .map(|(n, v)| (ObjectId::MaterializedView(n.clone()), &v.grants));
    let schemas = context
        .catalog
        .schemas
        .iter()
        .map(|(n, s)| (ObjectId::Schema(n.clone()), &s.grants));
    for (object, grants) in tables.chain(views).chain(materialized).chain(schemas) {
        let schema = matches!(object, ObjectId::Schema(_));
        let public: Vec<&Grant> = grants
            .iter()
            .filter(|g| g.grantee.is_none() && !(schema && g.privilege == Privilege::Usage))
            .collect();
        if public.is_empty() {
            continue;
        }
        let names: Vec<String> = public
            .iter()
            .map(|g| format!("{:?}", g.privilege).to_uppercase())
            .collect();
        let writes = public
            .iter()
            .any(|g| !matches!(g.privilege, Privilege::Select | Privilege::References));
        let changes = public
            .iter()
            .map(|g| Change::Revoke(object.clone(), (*g).clone()))
            .collect();
        report
            .add(object, format!("lets everybody {}", list(&names, 8)))
            .severity(if writes { Error } else { Warning })
            .risky_fix(
                "revoke it from PUBLIC",
                "Roles that rely on it need it granted.",
                changes,
            );
    }
}
