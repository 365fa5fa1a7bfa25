//! Foreign keys of another type than what they refer to.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-INT-FK-TO-BIG",
    title: "References of another type than the key",
    rationale: "A reference that is narrower than its key fails on the day the key outgrows it: an integer cannot hold the \
        2,147,483,648th bigint. Types of different families need a conversion in every join, which an index may not serve.",
    severity: Error,
    weighing: "A warning where every value of the key fits and only joins suffer.",
    consequence: 75,
    bad: &[
        "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE posts (id bigint PRIMARY KEY, user_id integer REFERENCES users);",
        "CREATE TABLE users (id numeric PRIMARY KEY); CREATE TABLE posts (id bigint PRIMARY KEY, user_id integer REFERENCES users);",
    ],
    good: &[
        "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint REFERENCES users);",
        "CREATE TABLE users (name varchar(30) PRIMARY KEY); CREATE TABLE posts (id bigint PRIMARY KEY, author text REFERENCES users);",
        "CREATE TABLE kinds (id smallint PRIMARY KEY); CREATE TABLE posts (id bigint PRIMARY KEY, kind integer REFERENCES kinds);",
    ],
    fix: "The referring column gets the key's type.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

/// Integers by width; text types are one family.
fn family(data_type: &str) -> (&str, u32) {
    let base = data_type.split('(').next().unwrap_or(data_type).trim_end();
    match base {
        "smallint" => ("integer", 2),
        "integer" => ("integer", 4),
        "bigint" => ("integer", 8),
        "text" | "character varying" => ("text", 0),
        other => (other, 0),
    }
}

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, key) in view.table.foreign_keys() {
            let Some(referenced) = context.table(&key.references) else {
                continue;
            };
            for (from, to) in key.columns.iter().zip(&key.referenced_columns) {
                let (Some(from), Some(to)) =
                    (view.column(from.as_str()), referenced.column(to.as_str()))
                else {
                    continue;
                };
                let ((own, own_width), (other, other_width)) =
                    (family(&from.data_type), family(&to.data_type));
                let narrower = own == other && own_width < other_width;
                if own == other && !narrower {
                    continue;
                }
                let changes = vec![Change::ColumnType(
                    view.name.clone(),
                    from.name.clone(),
                    to.data_type.clone(),
                )];
                report
                    .add(
                        view.column_id(&from.name),
                        format!(
                            "is {} and refers to {}.{}, which is {}",
                            from.data_type, key.references, to.name, to.data_type
                        ),
                    )
                    .with(view.constraint_id(name))
                    .severity(if narrower { Error } else { Warning })
                    .risky_fix(
                        format!("make it {}", to.data_type),
                        "The table is rewritten.",
                        changes,
                    );
            }
        }
    }
}
