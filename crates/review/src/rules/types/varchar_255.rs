//! Lengths that mean nothing.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-VARCHAR-N",
    title: "Length limits that mean nothing",
    rationale: "varchar(255), 191 or 256 are limits of other systems. PostgreSQL stores text and varchar in the same \
        way, so the limit saves nothing; it refuses the 256th character for no reason of the business, and says nothing of \
        what is allowed. Where a length is a rule, a CHECK says so and can be changed without a rewrite.",
    severity: Info,
    consequence: 10,
    bad: &["CREATE TABLE notes (id bigint PRIMARY KEY, title varchar(255) NOT NULL);"],
    good: &["CREATE TABLE notes (id bigint PRIMARY KEY, title varchar(80) NOT NULL, body text);"],
    fix: "The column becomes text, which changes no row.",
    references: &["PostgreSQL manual 8.3, Character Types"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let Some(length) = column
                .data_type
                .strip_prefix("character varying(")
                .and_then(|r| r.strip_suffix(')'))
            else {
                continue;
            };
            if matches!(length, "191" | "255" | "256") {
                report
                    .add(
                        view.column_id(&column.name),
                        format!("is varchar({length})"),
                    )
                    .fix(
                        "make it text",
                        vec![Change::ColumnType(
                            view.name.clone(),
                            column.name.clone(),
                            "text".to_owned(),
                        )],
                    );
            }
        }
    }
}
