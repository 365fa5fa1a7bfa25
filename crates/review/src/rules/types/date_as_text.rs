//! Dates as text.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-DATE-AS-TEXT",
    title: "Dates and times as text",
    rationale: "A date in text can be no date at all, sorts by its characters, and has to be parsed, in a format that nothing \
        holds it to, before it can be compared or counted with.",
    severity: Warning,
    consequence: 45,
    bad: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY, created_at text NOT NULL);",
        "CREATE TABLE people (id bigint PRIMARY KEY, birth_date varchar(10));",
    ],
    good: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamptz NOT NULL, date_format text, looked_at text CHECK (looked_at <> ''));",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let text = is_text(&column.data_type);
            let words = words(column.name.as_str());
            let last: Vec<&str> = words.iter().rev().map(String::as_str).collect();
            let named = matches!(
                last.as_slice(),
                ["date" | "datetime" | "timestamp", ..]
                    | [
                        "at",
                        "created"
                            | "updated"
                            | "deleted"
                            | "modified"
                            | "inserted"
                            | "expires"
                            | "published",
                        ..
                    ]
            );
            if text && named && !view.is_checked(column.name.as_str()) {
                report
                    .add(
                        view.column_id(&column.name),
                        format!("holds a date or time, by its name, in {}", column.data_type),
                    )
                    .sure(Certainty::Likely);
            }
        }
    }
}
