//! Counting columns that are no keys.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-SERIAL-NONPK",
    title: "Counters that nothing keeps unique",
    rationale: "A column that counts by a sequence is meant to tell rows apart. Without a unique constraint nothing keeps two \
        rows from having the same number, as any INSERT or UPDATE may set it, and no index finds a row by it.",
    severity: Info,
    consequence: 15,
    bad: &["CREATE TABLE tickets (id uuid PRIMARY KEY, number bigserial);"],
    good: &["CREATE TABLE tickets (id uuid PRIMARY KEY, number bigserial UNIQUE);"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let counts = context.sequence_of(column).is_some()
                || column
                    .identity
                    .as_ref()
                    .is_some_and(|identity| !identity.always);
            let keyed = view
                .unique_sets()
                .iter()
                .any(|set| set.contains(&column.name));
            if counts && !keyed {
                report
                    .add(
                        view.column_id(&column.name),
                        "counts by a sequence and is in no unique key",
                    )
                    .sure(Certainty::Likely);
            }
        }
    }
}
