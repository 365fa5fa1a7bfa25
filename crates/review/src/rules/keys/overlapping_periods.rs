//! Periods that may overlap.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-TEMPORAL-OVERLAP",
    title: "Periods of validity that may overlap",
    rationale: "A table that says what holds from when to when answers twice for a day on which two of its periods overlap, and nothing here \
        keeps them apart. An EXCLUDE constraint over the key and the range does; so does WITHOUT OVERLAPS since version 18.",
    severity: Info,
    consequence: 35,
    bad: &[
        "CREATE TABLE prices (product_id bigint, valid_from date NOT NULL, valid_to date, price numeric, PRIMARY KEY (product_id, valid_from));",
    ],
    good: &[
        "CREATE EXTENSION btree_gist; CREATE TABLE prices (product_id bigint, valid_from date NOT NULL, valid_to date, price numeric, PRIMARY KEY (product_id, valid_from), \
         EXCLUDE USING gist (product_id WITH =, daterange(valid_from, valid_to) WITH &&));",
        "CREATE TABLE coupons (id bigint PRIMARY KEY, valid_from date NOT NULL, valid_to date);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let excludes = view.table.constraints.values().any(|c| match &c.kind {
            ConstraintKind::Exclusion { .. } => true,
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => key.without_overlaps,
            _ => false,
        });
        if excludes {
            continue;
        }
        for start in &view.columns {
            let words = words(start.name.as_str());
            let validity = matches!(
                words.first().map(String::as_str),
                Some("valid" | "effective")
            ) && matches!(words.last().map(String::as_str), Some("from" | "start"));
            let until = view.columns.iter().any(|c| {
                let w = crate::words::words(c.name.as_str());
                w.first() == words.first()
                    && matches!(
                        w.last().map(String::as_str),
                        Some("to" | "until" | "till" | "end")
                    )
            });
            // The start stands in a key behind what the period is of.
            let versions = view
                .unique_sets()
                .iter()
                .any(|set| set.len() > 1 && set.contains(&start.name));
            if validity && until && versions {
                report.add(view.id(), format!("has a row for each period from {}, and nothing keeps two from overlapping", start.name)).sure(Certainty::Likely);
            }
        }
    }
}
