//! Published tables that refuse changes.

use crate::rules::prelude::*;

use pgwright_catalog::ReplicaIdentity;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-REPLICA-IDENTITY",
    title: "Published tables whose rows cannot be told apart",
    rationale: "UPDATE and DELETE on a published table fail when the table has no replica identity: no primary key, no index chosen, not \
        FULL. With NOTHING it is the same. The error comes at the first UPDATE, not when the publication is made.",
    severity: Error,
    consequence: 85,
    bad: &[
        "CREATE TABLE readings (at timestamptz, value real); CREATE PUBLICATION p FOR TABLE readings;",
    ],
    good: &[
        "CREATE TABLE readings (id bigint PRIMARY KEY, value real); CREATE PUBLICATION p FOR TABLE readings;",
        "CREATE TABLE readings (at timestamptz, value real); CREATE PUBLICATION p FOR TABLE readings WITH (publish = 'insert');",
    ],
    references: &["PostgreSQL manual 29.1.1, Replica Identity"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for (name, publication) in &context.catalog.publications {
        let publish = publication.options.get("publish").map(String::as_str);
        if publish.is_some_and(|p| !p.contains("update") && !p.contains("delete")) {
            continue;
        }
        for view in context.tables() {
            let includes = publication.all_tables
                || publication.schemas.contains(&view.name.schema)
                || publication.tables.contains_key(view.name);
            let tells = match &view.table.replica_identity {
                ReplicaIdentity::Default => !view.primary_key().is_empty(),
                ReplicaIdentity::Full | ReplicaIdentity::Index(_) => true,
                ReplicaIdentity::Nothing => false,
            };
            if !tells
                && includes
                && view.table.persistence == pgwright_catalog::Persistence::Permanent
            {
                report
                    .add(view.id(), format!("is published by {name} and has no replica identity: UPDATE and DELETE on it fail"))
                    .with(ObjectId::Publication(name.clone()));
            }
        }
    }
}
