//! Times of day with an offset.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-TIMETZ",
    title: "Times of day with an offset",
    rationale: "time with time zone keeps an offset without a date, so it cannot say which offset a zone has \
        on a given day: the value is wrong for half the year wherever clocks change. The manual advises against it.",
    severity: Warning,
    consequence: 40,
    bad: &["CREATE TABLE shops (id bigint PRIMARY KEY, opens_at time with time zone NOT NULL);"],
    good: &[
        "CREATE TABLE shops (id bigint PRIMARY KEY, opens_at time NOT NULL, time_zone text NOT NULL);",
    ],
    fix: "The column becomes time; the offset is lost.",
    references: &["PostgreSQL manual 8.5, Date/Time Types"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            if column.data_type.starts_with("time")
                && !column.data_type.starts_with("timestamp")
                && column.data_type.ends_with("with time zone")
            {
                let plain = column
                    .data_type
                    .replace("with time zone", "without time zone");
                report
                    .add(view.column_id(&column.name), "keeps an offset without a date")
                    .risky_fix(
                        "make it time without time zone, with the zone's name in a column of its own",
                        "The offset of existing values is lost.",
                        vec![Change::ColumnType(view.name.clone(), column.name.clone(), plain)],
                    );
            }
        }
    }
}
