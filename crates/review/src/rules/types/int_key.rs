//! Keys that run out.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-INT-PK",
    title: "Generated keys that run out",
    rationale: "An integer key ends at 2,147,483,647, a smallint at 32,767, and values that were rolled back or deleted count \
        too. On the day it is reached every INSERT fails, and the way to bigint leads through a rewrite of the table and of \
        every table that refers to it.",
    severity: Warning,
    weighing: "A note only for join and lookup tables and tables that few rows are added to; a warning where the name or the \
        structure says that rows keep coming.",
    consequence: 55,
    bad: &[
        "CREATE TABLE page_events (id serial PRIMARY KEY, at timestamptz NOT NULL);",
        "CREATE TABLE orders (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
        "CREATE TABLE orders (id smallserial PRIMARY KEY);",
    ],
    good: &[
        "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
        "CREATE TABLE weekdays (id integer PRIMARY KEY, name text NOT NULL);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let [key] = view.primary_key() else {
            continue;
        };
        let Some(column) = view.column(key.as_str()) else {
            continue;
        };
        let last = match column.data_type.as_str() {
            "integer" => "2,147,483,647",
            "smallint" => "32,767",
            _ => continue,
        };
        let generated = column.identity.is_some() || context.sequence_of(column).is_some();
        if !generated {
            continue;
        }
        let grows = matches!(view.purpose, Purpose::AppendOnly | Purpose::Queue);
        let refers = view.table.foreign_keys().next().is_some();
        report
            .add(
                view.column_id(key),
                format!(
                    "is {} and generated: no row after number {last}",
                    column.data_type
                ),
            )
            .severity(if grows { Warning } else { Info })
            .sure(if grows || refers {
                Certainty::Likely
            } else {
                Certainty::Possible
            });
    }
}
