//! Indexes with the same column twice.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "IDX-DUP-COLUMN",
    title: "Indexes that hold a column twice",
    rationale: "The second copy of the column orders and finds nothing that the first does not, and makes every entry larger.",
    severity: Warning,
    consequence: 25,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int); CREATE INDEX ON t (a, b, a);",
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int); CREATE INDEX ON t (a, b) INCLUDE (a);",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a text, b int); CREATE INDEX ON t (a, b); CREATE INDEX ON t (a, a text_pattern_ops);",
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
            .filter(|(_, i)| i.parent.is_none())
        {
            let mut seen = BTreeSet::new();
            let keys = index
                .elements
                .iter()
                .filter_map(|e| Some((element_column(e)?, e.operator_class.as_deref())));
            let included = index.include.iter().map(|c| (c, None));
            let twice = keys
                .chain(included)
                .find(|pair| !seen.insert(*pair))
                .map(|(c, _)| c);
            if let Some(column) = twice {
                report.add(view.index_id(name), format!("holds {column} twice"));
            }
        }
    }
}
