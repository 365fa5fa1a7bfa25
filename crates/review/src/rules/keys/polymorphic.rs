//! References to one of several tables.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-POLYMORPHIC",
    title: "References to one of several tables",
    rationale: "A column that names the kind of thing and one that holds its id can have no foreign key: what they refer to can be deleted, or be of \
        a kind that does not exist, a join has to be written for each kind, and renaming a class of the application changes data. One nullable \
        foreign key for each kind, with a CHECK that exactly one is set, or a table for each kind, has none of this.",
    severity: Warning,
    weighing: "A note for logs, which outlive what they tell of.",
    consequence: 40,
    bad: &[
        "CREATE TABLE comments (id bigint PRIMARY KEY, commentable_type text NOT NULL, commentable_id bigint NOT NULL);",
    ],
    good: &[
        "CREATE TABLE posts (id bigint PRIMARY KEY); CREATE TABLE comments (id bigint PRIMARY KEY, post_type text NOT NULL, post_id bigint NOT NULL REFERENCES posts);",
        "CREATE TABLE users (id bigint PRIMARY KEY, identity_type text, account_id bigint);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let Some(stem) = column
                .name
                .as_str()
                .strip_suffix("_type")
                .or_else(|| column.name.as_str().strip_suffix("Type"))
            else {
                continue;
            };
            let text = is_text(&column.data_type);
            let id = [format!("{stem}_id"), format!("{stem}Id")]
                .iter()
                .find_map(|name| view.column(name));
            let (Some(id), true) = (id, text) else {
                continue;
            };
            let key_like = matches!(id.data_type.as_str(), "bigint" | "integer" | "uuid");
            let refers = view
                .table
                .foreign_keys()
                .any(|(_, key)| key.columns.contains(&id.name));
            // `customer_type` beside the `customer_id` of an existing table says of what kind the customer is.
            // Of what kind a message or a request is says nothing of tables.
            let plain = matches!(
                last_word(stem).as_str(),
                "msg"
                    | "message"
                    | "request"
                    | "event"
                    | "file"
                    | "document"
                    | "job"
                    | "task"
                    | "token"
                    | "session"
            );
            let one_table = !context.tables_of_thing(stem, &view.name.schema).is_empty();
            if key_like && !refers && !one_table && !plain {
                report
                    .add(
                        view.column_id(&id.name),
                        format!("refers to rows of whatever table {} names", column.name),
                    )
                    .with(view.column_id(&column.name))
                    .severity(
                        if matches!(view.purpose, Purpose::AppendOnly | Purpose::Queue) {
                            Info
                        } else {
                            Warning
                        },
                    )
                    .sure(Certainty::Likely);
            }
        }
    }
}
