//! Indexes of a truth value.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "IDX-BOOLEAN",
    title: "Indexes of nothing but a truth value",
    rationale: "An index of two values finds half the table, which a sequential scan reads faster. Where one of the values is rare, an index of something useful with a predicate for \
        it is small and exact.",
    severity: Info,
    consequence: 25,
    bad: &[
        "CREATE TABLE jobs_done (id bigint PRIMARY KEY, failed boolean NOT NULL, at timestamptz); CREATE INDEX ON jobs_done (failed);",
    ],
    good: &[
        "CREATE TABLE jobs_done (id bigint PRIMARY KEY, failed boolean NOT NULL, at timestamptz); CREATE INDEX ON jobs_done (at) WHERE failed; CREATE INDEX ON jobs_done (failed, at);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, index) in
            view.table.indexes.iter().filter(|(_, i)| {
                i.parent.is_none() && i.predicate.is_none() && i.include.is_empty()
            })
        {
            let [only] = index.elements.as_slice() else {
                continue;
            };
            let boolean = element_column(only)
                .and_then(|c| view.column(c.as_str()))
                .is_some_and(|c| c.data_type == "boolean");
            if boolean && !index.unique {
                report
                    .add(view.index_id(name), "is of one boolean")
                    .sure(Certainty::Likely);
            }
        }
    }
}
