//! Rows that may say nothing.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-ALL-NULLABLE",
    title: "Tables whose rows may say nothing",
    rationale: "Every column but the key can be null, so a row that says nothing at all is as good as any other, and every reader has to reckon with \
        every value missing. Mostly NOT NULL was forgotten.",
    severity: Info,
    consequence: 15,
    bad: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY, number text, placed_at timestamptz, total numeric, note text);",
    ],
    good: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY, number text NOT NULL, placed_at timestamptz, total numeric, note text);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let others: Vec<_> = view
            .columns
            .iter()
            .filter(|c| !view.primary_key().contains(&c.name))
            .collect();
        let free = others
            .iter()
            .all(|c| !c.not_null && c.generated.is_none() && !view.is_checked(c.name.as_str()));
        if others.len() >= 4
            && free
            && view.table.inherits.is_empty()
            && view.purpose == Purpose::Ordinary
            && !view.primary_key().is_empty()
        {
            report.add(
                view.id(),
                format!(
                    "has {} columns besides its key, and all can be null",
                    others.len()
                ),
            );
        }
    }
}
