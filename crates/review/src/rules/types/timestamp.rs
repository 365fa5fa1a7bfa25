//! Instants without a time zone.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-TIMESTAMP",
    title: "Instants in timestamp without time zone",
    rationale: "A timestamp without time zone does not say which instant it is: it is read as if it were in \
        whatever zone the reader thinks of. Comparisons with now() convert by the session's TimeZone, so the \
        same query answers differently for two clients, and an hour is doubled or lost when the clock changes. \
        timestamptz takes the same 8 bytes and stores the instant.",
    severity: Warning,
    weighing: "A note only where the whole schema keeps instants so, which is the habit of some frameworks \
        that write UTC. Silent for times that are meant to be local: names that say so, or a column with the \
        zone beside it.",
    consequence: 40,
    bad: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamp NOT NULL, paid_at timestamptz);",
        "CREATE TABLE a (id bigint PRIMARY KEY, created_at timestamp(3));",
    ],
    good: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz NOT NULL);",
        "CREATE TABLE meetings (id bigint PRIMARY KEY, starts_at timestamp NOT NULL, time_zone text NOT NULL);",
        "CREATE TABLE shifts (id bigint PRIMARY KEY, local_start timestamp NOT NULL);",
    ],
    fix: "The column becomes timestamptz. Its values are read in the session's time zone.",
    references: &["PostgreSQL manual 8.5.1.3, Time Stamps"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let with_zone = context
        .tables()
        .flat_map(|view| &view.columns)
        .filter(|column| {
            column.data_type.starts_with("timestamp")
                && column.data_type.ends_with("with time zone")
        })
        .count();
    for view in context.tables() {
        let has_zone = view.columns.iter().any(|column| {
            let words = words(column.name.as_str());
            words
                .iter()
                .any(|w| matches!(w.as_str(), "timezone" | "tz" | "zone"))
        });
        for column in &view.columns {
            let plain = column.data_type.starts_with("timestamp")
                && column.data_type.ends_with("without time zone");
            let words = words(column.name.as_str());
            let local = words
                .iter()
                .any(|w| matches!(w.as_str(), "local" | "wall" | "birth" | "naive"));
            if !plain || has_zone || local || column.inherited {
                continue;
            }
            let precise = column.data_type.replace("without", "with");
            let changes = vec![Change::ColumnType(
                view.name.clone(),
                column.name.clone(),
                precise.clone(),
            )];
            report
                .add(view.column_id(&column.name), format!("is {}, so it does not say which instant it is", column.data_type))
                .severity(if with_zone == 0 { Info } else { Warning })
                .risky_fix(
                    format!("make it {precise}"),
                    "Existing values are taken as times of the session's time zone: set TimeZone to the zone they were written in.",
                    changes,
                );
        }
    }
}
