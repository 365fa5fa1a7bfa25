//! Indexes that stand twice.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "IDX-DUPLICATE",
    title: "Indexes that stand twice",
    rationale: "Two indexes with the same keys, order, predicate and method answer the same queries. Each is written with every row, takes its space and its part of memory, and \
        is cleaned by every vacuum.",
    severity: Warning,
    consequence: 50,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX one ON t (a); CREATE INDEX two ON t (a);",
        "CREATE TABLE t (id bigint PRIMARY KEY, a int UNIQUE); CREATE UNIQUE INDEX ON t (a);",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b text); CREATE INDEX ON t (a); CREATE INDEX ON t (a) WHERE a > 0; CREATE INDEX ON t (b); CREATE INDEX ON t (b text_pattern_ops);",
    ],
    fix: "One of them goes, never one that a constraint or foreign key stands on.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let indexes: Vec<_> = view
            .table
            .indexes
            .iter()
            .filter(|(_, i)| i.parent.is_none())
            .collect();
        for (at, (name, index)) in indexes.iter().enumerate() {
            let twin = indexes[..at]
                .iter()
                .find(|(_, other)| same(index, other))
                .map(|(n, _)| *n);
            let key = view.table.keys().find(|(key_name, key)| {
                let immediate = view.table.constraints.get(*key_name).is_some_and(|c| {
                    c.deferrability == pgwright_catalog::Deferrability::NotDeferrable
                });
                immediate
                    && index.unique
                    && plain_btree(index, &key.columns)
                    && key.include == index.include
                    && key.nulls_not_distinct == index.nulls_not_distinct
            });
            let Some(twin) = twin.or(key.map(|(n, _)| n)) else {
                continue;
            };
            if view.table.clustered_on.as_ref() == Some(*name)
                || matches!(&view.table.replica_identity, pgwright_catalog::ReplicaIdentity::Index(i) if i == *name)
            {
                continue;
            }
            report
                .add(view.index_id(name), format!("is the same as {twin}"))
                .with(view.index_id(twin))
                .fix(
                    format!("drop {name}"),
                    vec![Change::DropIndex(view.name.clone(), (*name).clone())],
                );
        }
    }
}

fn same(a: &Index, b: &Index) -> bool {
    let keys = |index: &Index| -> Vec<IndexElement> {
        index
            .elements
            .iter()
            .map(|e| IndexElement {
                statistics: None,
                ..e.clone()
            })
            .collect()
    };
    a.method == b.method
        && a.unique == b.unique
        && a.nulls_not_distinct == b.nulls_not_distinct
        && keys(a) == keys(b)
        && a.include == b.include
        && a.predicate == b.predicate
}

/// An index of nothing but these columns, in this order, with each's usual operators.
fn plain_btree(index: &Index, columns: &[Name]) -> bool {
    index.method.as_str() == "btree"
        && index.predicate.is_none()
        && index.elements == Index::btree(columns.iter().cloned()).elements
}
