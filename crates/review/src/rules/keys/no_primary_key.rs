//! Tables without a primary key.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-NO-PK",
    title: "Tables without a primary key",
    rationale: "Rows that nothing tells apart can stand there twice, cannot be referred to, and cannot be updated or deleted one at \
        a time. Logical replication refuses UPDATE and DELETE on such a table, and most tools that sync or edit rows pass it over.",
    severity: Error,
    weighing: "A warning where a unique key over columns that are never null would do, for logs that are only added to, and for tables \
        that rows pass through; a note for copies made for reading.",
    consequence: 70,
    bad: &[
        "CREATE TABLE orders (number bigint NOT NULL, placed_at timestamptz);",
        "CREATE TABLE orders (number bigint UNIQUE);",
        "CREATE TABLE orders (number bigint NOT NULL UNIQUE);",
    ],
    good: &[
        "CREATE TABLE orders (number bigint PRIMARY KEY);",
        "CREATE TABLE parent (id bigint PRIMARY KEY, at date) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parent DEFAULT;",
        "CREATE TABLE schema_migrations (version text);",
    ],
    fix: "Where there is a unique key over columns that are never null, it becomes the primary key.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        if !view.primary_key().is_empty() || view.columns.is_empty() {
            continue;
        }
        let keys: Vec<_> = view
            .table
            .constraints
            .iter()
            .filter_map(|(name, constraint)| match &constraint.kind {
                ConstraintKind::Unique(key) => Some((name, constraint, key)),
                _ => None,
            })
            .collect();
        let total = keys
            .iter()
            .find(|(_, _, key)| !key.columns.iter().any(|c| view.nullable(c)));
        let any_total =
            (view.unique_sets().iter()).any(|set| !set.iter().any(|c| view.nullable(c)));
        let message = match (total, view.unique_sets().is_empty()) {
            (Some((name, ..)), _) => format!("has no primary key; its unique key {name} would do"),
            (None, false) if any_total => {
                "has no primary key; one of its unique indexes would do".to_owned()
            }
            (None, false) => "has no primary key, and its unique keys let nulls in".to_owned(),
            (None, true) => "has no key at all: the same row can stand in it twice".to_owned(),
        };
        let severity = match view.purpose {
            Purpose::ReadModel | Purpose::Staging => Info,
            Purpose::AppendOnly | Purpose::Queue => Warning,
            _ if total.is_some() || !view.unique_sets().is_empty() => Warning,
            _ => Error,
        };
        let found = report.add(view.id(), message);
        found.severity(severity);
        // What a partition or a foreign key stands on cannot be exchanged so simply.
        if let Some((name, constraint, key)) = total
            && context.references_to(view.name).is_empty()
            && view.table.partition_by.is_none()
            && !key.nulls_not_distinct
        {
            let primary = Constraint {
                kind: ConstraintKind::PrimaryKey((*key).clone()),
                ..(*constraint).clone()
            };
            let new = pgwright_catalog::automatic_name(view.name.name.as_str(), None, "pkey");
            found.fix(
                format!("make {name} the primary key"),
                vec![
                    Change::DropConstraint(view.name.clone(), (*name).clone()),
                    Change::AddConstraint(view.name.clone(), new, Box::new(primary)),
                ],
            );
        }
    }
}
