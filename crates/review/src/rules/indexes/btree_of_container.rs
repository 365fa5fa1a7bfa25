//! B-trees of arrays and documents.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "IDX-BTREE-ARRAY",
    title: "B-trees of arrays, documents and text vectors",
    rationale: "A B-tree of an array, jsonb or tsvector finds only rows with exactly the same value. What one asks of such columns, whether they contain something, is what GIN is \
        for; and a value of more than a third of a page, 2704 bytes, makes the INSERT fail.",
    severity: Warning,
    consequence: 45,
    bad: &[
        "CREATE TABLE posts (id bigint PRIMARY KEY, tags text[]); CREATE INDEX ON posts (tags);",
        "CREATE TABLE posts (id bigint PRIMARY KEY, data jsonb); CREATE INDEX ON posts (data);",
    ],
    good: &[
        "CREATE TABLE posts (id bigint PRIMARY KEY, tags text[], data jsonb); CREATE INDEX ON posts USING gin (tags); CREATE INDEX ON posts ((data ->> 'kind')); CREATE UNIQUE INDEX ON posts (id, tags);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, index) in view
            .table
            .indexes
            .iter()
            .filter(|(_, i)| !i.unique && i.parent.is_none())
        {
            if !matches!(index.method.as_str(), "btree" | "hash") {
                continue;
            }
            // A path of ids is ordered by what it begins with, and that is what it is searched by.
            if index.elements.len() > 1 {
                continue;
            }
            let first = index
                .elements
                .first()
                .and_then(element_column)
                .and_then(|c| view.column(c.as_str()));
            if let Some(column) = first.filter(|c| {
                !words(c.name.as_str())
                    .iter()
                    .any(|w| matches!(w.as_str(), "path" | "traversal" | "ancestry" | "ancestors"))
            }) && (column.data_type.ends_with("[]")
                || matches!(column.data_type.as_str(), "jsonb" | "tsvector"))
            {
                report
                    .add(
                        view.index_id(name),
                        format!(
                            "is a {} of {}, which is {}",
                            index.method, column.name, column.data_type
                        ),
                    )
                    .with(view.column_id(&column.name));
            }
        }
    }
}
