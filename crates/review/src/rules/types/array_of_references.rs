//! Arrays of ids.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-ARRAY-RELATION",
    title: "References in arrays",
    rationale: "PostgreSQL has no foreign key on the elements of an array: what they refer to can be deleted, misspelled or never \
        have been there, and finding the rows that refer to one thing takes a GIN index. A join table has both.",
    severity: Warning,
    consequence: 35,
    bad: &[
        "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE rooms (id bigint PRIMARY KEY, user_ids bigint[] NOT NULL);",
    ],
    good: &[
        "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE rooms (id bigint PRIMARY KEY, scores bigint[] NOT NULL, remote_ids bigint[]);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        // Copies for reading, and notes of what was, refer on purpose to what may be gone.
        if matches!(
            view.purpose,
            Purpose::ReadModel | Purpose::AppendOnly | Purpose::Staging
        ) {
            continue;
        }
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let Some(element) = column.data_type.strip_suffix("[]") else {
                continue;
            };
            let mut words = words(column.name.as_str());
            if words.pop().as_deref() != Some("ids") || words.is_empty() {
                continue;
            }
            let tables = context.tables_of_thing(&words.join("_"), &view.name.schema);
            let [table] = tables.as_slice() else {
                continue;
            };
            let same = context.table(table).is_some_and(|t| match t.primary_key() {
                [key] => t.column(key.as_str()).is_some_and(|c| {
                    c.data_type == element
                        || (c.data_type == "bigint" && element == "integer")
                        || (c.data_type == "integer" && element == "bigint")
                }),
                _ => false,
            });
            if same {
                report
                    .add(
                        view.column_id(&column.name),
                        format!("refers to rows of {table} that nothing keeps there"),
                    )
                    .with(ObjectId::Table((*table).clone()))
                    .sure(Certainty::Likely);
            }
        }
    }
}
