//! Indexes that another one contains.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "IDX-REDUNDANT-PREFIX",
    title: "Indexes that another one begins with",
    rationale: "An index on (a, b) finds rows by a as an index on (a) does. The shorter one is written with every row and kept in memory for the little that it is smaller.",
    severity: Warning,
    weighing: "A note where the longer one is wide, and the shorter one so much smaller that it may be wanted.",
    consequence: 40,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int); CREATE INDEX one ON t (a); CREATE INDEX two ON t (a, b);",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int); CREATE UNIQUE INDEX ON t (a); CREATE INDEX ON t (a, b);",
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int); CREATE INDEX ON t (b); CREATE INDEX ON t (a, b); CREATE INDEX ON t (a) WHERE b > 0;",
    ],
    fix: "The shorter index goes.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let mut longer: Vec<(&Name, Vec<IndexElement>, Option<&Expression>)> = Vec::new();
        for (name, constraint) in &view.table.constraints {
            if let ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) = &constraint.kind
                && !key.without_overlaps
            {
                longer.push((
                    name,
                    Index::btree(key.columns.iter().cloned()).elements,
                    None,
                ));
            }
        }
        for (name, index) in view
            .table
            .indexes
            .iter()
            .filter(|(_, i)| i.method.as_str() == "btree")
        {
            longer.push((name, index.elements.clone(), index.predicate.as_ref()));
        }
        for (name, index) in &view.table.indexes {
            let droppable = !index.unique
                && index.method.as_str() == "btree"
                && index.parent.is_none()
                && index.include.is_empty();
            if !droppable || view.table.clustered_on.as_ref() == Some(name) {
                continue;
            }
            let covers = longer.iter().find(|(other, elements, predicate)| {
                *other != name
                    && elements.len() > index.elements.len()
                    && elements.starts_with(&index.elements)
                    && (*predicate == index.predicate.as_ref())
            });
            if let Some((other, elements, _)) = covers {
                report
                    .add(view.index_id(name), format!("is the beginning of {other}"))
                    .with(view.index_id(other))
                    .severity(if elements.len() >= index.elements.len() + 3 {
                        Info
                    } else {
                        Warning
                    })
                    .fix(
                        format!("drop {name}"),
                        vec![Change::DropIndex(view.name.clone(), name.clone())],
                    );
            }
        }
    }
}
