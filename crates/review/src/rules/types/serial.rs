//! Serial keys.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-SERIAL",
    title: "Keys from serial instead of identity",
    rationale: "serial is a default that calls a sequence, with privileges of its own to grant and a default that can be \
        dropped or written over by any INSERT that names the column. GENERATED AS IDENTITY is the standard's form: the sequence \
        is part of the column.",
    severity: Info,
    consequence: 10,
    bad: &["CREATE TABLE orders (id bigserial PRIMARY KEY);"],
    good: &["CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"],
    references: &["PostgreSQL manual 5.3, Identity Columns"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            if context.sequence_of(column).is_some() && view.primary_key().contains(&column.name) {
                report.add(
                    view.column_id(&column.name),
                    "takes its values from a sequence by default",
                );
            }
        }
    }
}
