//! Documents in text.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-SERIALIZED-BLOB",
    title: "Structured values in plain text",
    rationale: "JSON, YAML or another program's serialised objects in a text column cannot be queried, checked or indexed by the \
        database, and nothing keeps a malformed one out. jsonb does all of that.",
    severity: Info,
    consequence: 25,
    bad: &["CREATE TABLE hooks (id bigint PRIMARY KEY, settings_json text NOT NULL);"],
    good: &[
        "CREATE TABLE hooks (id bigint PRIMARY KEY, settings jsonb NOT NULL, json_schema_url text);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let text = is_text(&column.data_type);
            let last = last_word(column.name.as_str());
            if text && matches!(last.as_str(), "json" | "yaml" | "serialized" | "serialised") {
                report
                    .add(
                        view.column_id(&column.name),
                        format!(
                            "holds structured values, by its name, in {}",
                            column.data_type
                        ),
                    )
                    .sure(Certainty::Likely);
            }
        }
    }
}
