//! Foreign keys that a single null switches off.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-FK-NULLABLE-MULTI",
    title: "Foreign keys that one null switches off",
    rationale: "A foreign key of several columns (MATCH SIMPLE) is not checked when any of them is null: a row with one column set and \
        another null may refer to nothing. MATCH FULL, or a CHECK that both are null or none is, closes it.",
    severity: Warning,
    weighing: "Silent where at most one of the columns can be null, which is how an optional reference within a tenant is written.",
    consequence: 35,
    bad: &[
        "CREATE TABLE a (x int, y int, PRIMARY KEY (x, y)); CREATE TABLE b (id bigint PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES a);",
    ],
    good: &[
        "CREATE TABLE a (x int, y int, PRIMARY KEY (x, y)); CREATE TABLE b (id bigint PRIMARY KEY, x int NOT NULL, y int, FOREIGN KEY (x, y) REFERENCES a);",
        "CREATE TABLE a (x int, y int, PRIMARY KEY (x, y)); CREATE TABLE b (id bigint PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES a MATCH FULL);",
        "CREATE TABLE a (x int, y int, PRIMARY KEY (x, y)); CREATE TABLE b (id bigint PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES a, CHECK ((x IS NULL) = (y IS NULL)));",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, key) in view.table.foreign_keys() {
            let nullable: Vec<&str> = key
                .columns
                .iter()
                .filter(|c| view.nullable(c))
                .map(Name::as_str)
                .collect();
            if nullable.len() < 2 || key.match_full {
                continue;
            }
            let together = view.checks().iter().any(|(_, check)| {
                let columns = expression::columns(check);
                nullable.iter().all(|c| columns.contains(*c))
            });
            if !together {
                report.add(
                    view.constraint_id(name),
                    format!("is not checked when one of {} is null", list(&nullable, 5)),
                );
            }
        }
    }
}
