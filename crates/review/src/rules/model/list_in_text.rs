//! Lists in text.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-1NF-LIST",
    title: "Lists in a text column",
    rationale: "A list with a delimiter cannot be joined, counted or kept to values that exist; finding the rows with one element reads the whole \
        table, and '1' is found in '12'. A table with a row for each element does all of it; an array at least has elements.",
    severity: Warning,
    consequence: 45,
    bad: &[
        "CREATE TABLE rooms (id bigint PRIMARY KEY, user_ids text NOT NULL);",
        "CREATE TABLE posts (id bigint PRIMARY KEY, tag_list varchar(200));",
    ],
    good: &[
        "CREATE TABLE posts (id bigint PRIMARY KEY, tags text[] NOT NULL, notes text, watch_list_id bigint);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let text = is_text(&column.data_type);
            let last = last_word(column.name.as_str());
            let ids = matches!(last.as_str(), "ids" | "uuids");
            let other = matches!(
                last.as_str(),
                "list" | "csv" | "tags" | "emails" | "keywords"
            );
            if text && (ids || other) {
                report
                    .add(
                        view.column_id(&column.name),
                        format!("holds a list, by its name, in {}", column.data_type),
                    )
                    .sure(if ids {
                        Certainty::Likely
                    } else {
                        Certainty::Possible
                    })
                    .severity(if ids || last == "list" || last == "csv" {
                        Warning
                    } else {
                        Info
                    });
            }
        }
    }
}
