//! Tables that are copied for each year.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-TRIBBLES",
    title: "Tables that are cloned for each period",
    rationale: "A table for each year or month has to be named in every query and in every constraint anew, and nothing keeps a row of one year out of \
        another's table. Partitions of one table are found by the planner, and detached as easily as a table is dropped.",
    severity: Warning,
    consequence: 45,
    bad: &[
        "CREATE TABLE sales_2023 (id bigint PRIMARY KEY, at date); CREATE TABLE sales_2024 (id bigint PRIMARY KEY, at date); CREATE TABLE sales_2025 (id bigint PRIMARY KEY, at date);",
    ],
    good: &[
        "CREATE TABLE sales (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at); CREATE TABLE sales_2023 PARTITION OF sales FOR VALUES FROM ('2023-01-01') TO ('2024-01-01'); CREATE TABLE sales_2024 PARTITION OF sales FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE TABLE sales_2025 PARTITION OF sales FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let mut clones: BTreeMap<(&Name, String), Vec<&TableView<'_>>> = BTreeMap::new();
    for view in context
        .tables()
        .filter(|view| view.table.inherits.is_empty())
    {
        let name = view.name.name.as_str();
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        let year = name
            .split(|c: char| !c.is_ascii_digit())
            .any(|part| part.len() >= 4 && (part.starts_with("19") || part.starts_with("20")));
        if year && digits.len() >= 4 {
            let stem: String = name.chars().filter(|c| !c.is_ascii_digit()).collect();
            clones
                .entry((&view.name.schema, stem.trim_matches('_').to_owned()))
                .or_default()
                .push(view);
        }
    }
    for views in clones.into_values().filter(|views| views.len() > 2) {
        let columns = |view: &TableView<'_>| -> Vec<(String, String)> {
            view.columns
                .iter()
                .map(|c| (c.name.to_string(), c.data_type.clone()))
                .collect()
        };
        if views.iter().all(|view| columns(view) == columns(views[0])) {
            let names: Vec<&str> = views.iter().map(|v| v.name.name.as_str()).collect();
            let found = report.add(
                views[0].id(),
                format!("has the columns of {}", list(&names[1..], 4)),
            );
            for view in &views[1..] {
                found.with(view.id());
            }
        }
    }
}
