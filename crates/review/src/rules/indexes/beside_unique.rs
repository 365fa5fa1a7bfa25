//! Indexes beside a unique one of the same columns.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "IDX-UNIQUE-NONUNIQUE-TWIN",
    title: "Indexes beside a unique one of the same columns",
    rationale: "The unique index, or the index behind the key, finds the same rows. The other one is written with every row for nothing.",
    severity: Warning,
    consequence: 50,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int UNIQUE); CREATE INDEX ON t (a);",
        "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX ON t (id);",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a text UNIQUE); CREATE INDEX ON t (a text_pattern_ops); CREATE INDEX ON t USING hash (a);",
    ],
    fix: "The index that is not unique goes.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, index) in &view.table.indexes {
            let droppable = !index.unique
                && index.method.as_str() == "btree"
                && index.parent.is_none()
                && index.include.is_empty();
            if !droppable || view.table.clustered_on.as_ref() == Some(name) {
                continue;
            }
            let key = view.table.keys().find(|(_, key)| {
                index.predicate.is_none()
                    && !key.without_overlaps
                    && index.elements == Index::btree(key.columns.iter().cloned()).elements
            });
            let unique = view.table.indexes.iter().find(|(_, other)| {
                other.unique
                    && other.method == index.method
                    && other.elements == index.elements
                    && other.predicate == index.predicate
            });
            if let Some(other) = key.map(|(n, _)| n).or(unique.map(|(n, _)| n)) {
                report
                    .add(
                        view.index_id(name),
                        format!("has the columns of {other}, which is unique"),
                    )
                    .with(view.index_id(other))
                    .fix(
                        format!("drop {name}"),
                        vec![Change::DropIndex(view.name.clone(), name.clone())],
                    );
            }
        }
    }
}
