//! Keys of many columns that others refer to.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-COMPOSITE-WIDE",
    title: "Wide keys that other tables repeat",
    rationale: "Every table that refers to a key repeats all its columns, in its rows and in its indexes, and every join compares them \
        all. Beyond three columns a key of one number, with a unique constraint for the rule, is smaller and steadier.",
    severity: Info,
    consequence: 15,
    bad: &[
        "CREATE TABLE a (w int, x int, y int, z int, PRIMARY KEY (w, x, y, z)); CREATE TABLE b (id bigint PRIMARY KEY, w int, x int, y int, \
         z int, FOREIGN KEY (w, x, y, z) REFERENCES a);",
    ],
    good: &["CREATE TABLE a (w int, x int, y int, z int, PRIMARY KEY (w, x, y, z));"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let key = view.primary_key();
        let references = context
            .references_to(view.name)
            .iter()
            .filter(|r| r.key.columns.len() > 3)
            .count();
        if key.len() > 3 && references > 0 {
            let message = format!(
                "has a key of {} columns, which {} repeat",
                key.len(),
                count(references, "foreign key")
            );
            report.add(view.id(), message);
        }
    }
}
