//! Timestamps that are rounded to seconds.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-TS-PRECISION",
    title: "Timestamps that are rounded to full seconds",
    rationale: "timestamptz(0) rounds, it does not cut off: half of all rows are stored with a time that lies \
        in the future when they are written, and a row can come to lie before one that was written earlier. No space is saved.",
    severity: Info,
    consequence: 20,
    bad: &["CREATE TABLE logins (id bigint PRIMARY KEY, at timestamptz(0) NOT NULL);"],
    good: &[
        "CREATE TABLE logins (id bigint PRIMARY KEY, at timestamptz NOT NULL, shown timestamptz(3));",
    ],
    fix: "The precision is dropped.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            if column.data_type.starts_with("timestamp(0)") {
                let precise = column.data_type.replacen("(0)", "", 1);
                report
                    .add(
                        view.column_id(&column.name),
                        "rounds to full seconds, up as well as down",
                    )
                    .fix(
                        format!("make it {precise}"),
                        vec![Change::ColumnType(
                            view.name.clone(),
                            column.name.clone(),
                            precise,
                        )],
                    );
            }
        }
    }
}
