//! Columns that refer to a table without a foreign key.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-FK-MISSING",
    title: "Columns that refer to another table without a foreign key",
    rationale: "A column is named after a table and has the type of its key, and nothing keeps its values to rows that exist: rows that \
        refer to nothing come about with the first bug or race, and every reader has to reckon with them.",
    severity: Warning,
    weighing: "Silent for logs, queues, staging tables and read models, whose rows outlive what they tell of; a note where the schema has hardly \
        any foreign keys, or where the table is partitioned.",
    consequence: 45,
    bad: &[
        "CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);",
    ],
    good: &[
        "CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers);",
        "CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE customer_events (id bigint PRIMARY KEY, customer_id bigint NOT NULL);",
        "CREATE TABLE targets (id bigint PRIMARY KEY); CREATE TABLE notes (id bigint PRIMARY KEY, target_type text, target_id bigint);",
    ],
    fix: "A foreign key.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let keys: usize = context
        .tables()
        .map(|view| view.table.foreign_keys().count())
        .sum();
    let tables = context.tables().count();
    let uses_keys = keys * 4 >= tables;
    for view in context.tables() {
        if matches!(
            view.purpose,
            Purpose::AppendOnly | Purpose::Queue | Purpose::Staging | Purpose::ReadModel
        ) {
            continue;
        }
        for column in view
            .columns
            .iter()
            .filter(|c| !c.inherited && c.generated.is_none())
        {
            let Some(thing) = referenced_thing(column.name.as_str()) else {
                continue;
            };
            let stem = column
                .name
                .as_str()
                .strip_suffix("_id")
                .unwrap_or(column.name.as_str());
            let typed = ["_type", "_kind", "_table"]
                .iter()
                .any(|end| view.column(&format!("{stem}{end}")).is_some());
            let foreign = words(column.name.as_str()).iter().any(|w| {
                matches!(
                    w.as_str(),
                    "external" | "remote" | "foreign" | "legacy" | "provider" | "original" | "old"
                )
            });
            let refers = view
                .table
                .foreign_keys()
                .any(|(_, key)| key.columns.contains(&column.name));
            if typed || foreign || refers {
                continue;
            }
            let tables = context.tables_of_thing(&thing, &view.name.schema);
            let [target] = tables.as_slice() else {
                continue;
            };
            let Some(target) = context.table(target) else {
                continue;
            };
            let [key] = target.primary_key() else {
                continue;
            };
            let same_type = target
                .column(key.as_str())
                .is_some_and(|c| c.data_type == column.data_type);
            // What is kept beside a table for the sake of its key, counters and claims, is written with it.
            let beside = view.primary_key().contains(&column.name)
                && view.table.foreign_keys().next().is_none()
                && view
                    .primary_key()
                    .iter()
                    .filter(|c| referenced_thing(c.as_str()).is_some())
                    .count()
                    == 1;
            if beside {
                continue;
            }
            let own_key = view.primary_key() == [column.name.clone()];
            // The key itself is no reference, and what is named like it need not be one.
            if !same_type || target.name == view.name && own_key || target.table.foreign.is_some() {
                continue;
            }
            let kept = uses_keys && view.table.partition_by.is_none();
            let name = pgwright_catalog::automatic_name(
                view.name.name.as_str(),
                Some(column.name.as_str()),
                "fkey",
            );
            let constraint = Constraint::new(ConstraintKind::ForeignKey(
                pgwright_catalog::ForeignKey::new(
                    [column.name.clone()],
                    target.name.clone(),
                    [key.clone()],
                ),
            ));
            let found = report.add(
                view.column_id(&column.name),
                format!("refers, by its name and type, to {}.{key}", target.name),
            );
            found
                .severity(if kept { Warning } else { Info })
                .sure(Certainty::Likely)
                .with(target.id());
            if !view.table.constraints.contains_key(&name) {
                found.risky_fix(
                    format!("a foreign key to {}", target.name),
                    "Rows that refer to nothing stop the change, and deletions of what is referred to are refused from then on.",
                    vec![Change::AddConstraint(view.name.clone(), name, Box::new(constraint))],
                );
            }
        }
    }
}
