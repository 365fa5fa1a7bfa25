//! Defaults that are the time of their definition.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "CON-FROZEN-NOW",
    title: "Defaults that are the moment of their definition",
    rationale: "'now' in quotes is read when the default is defined, not when a row is added: every row gets the time at which the table was made.",
    severity: Error,
    consequence: 75,
    bad: &["CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz DEFAULT 'now'::timestamptz);"],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz DEFAULT now(), word text DEFAULT 'now');",
    ],
    fix: "The default becomes now().",
    references: &["PostgreSQL manual 8.5.1.4, Special Values"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in &view.columns {
            let temporal = column.data_type.starts_with("timestamp")
                || column.data_type == "date"
                || column.data_type.starts_with("time ");
            let frozen = column.default.as_ref().is_some_and(|d| {
                let constant = d.sql().split("::").next().unwrap_or_default();
                let word = matches!(constant, "'now'" | "'today'" | "'tomorrow'" | "'yesterday'")
                    && !d.sql().contains("::text");
                // A server holds what the word came to: a moment that nobody would write down.
                let moment = constant.starts_with('\'')
                    && constant.split_once('.').is_some_and(|(_, fraction)| {
                        fraction.chars().take_while(char::is_ascii_digit).count() >= 3
                    });
                word || moment
            });
            if temporal && frozen {
                let default = if column.data_type == "date" {
                    "CURRENT_DATE"
                } else {
                    "now()"
                };
                report
                    .add(
                        view.column_id(&column.name),
                        "defaults to the moment at which the default was defined",
                    )
                    .fix(
                        format!("take {default}"),
                        vec![Change::ColumnDefault(
                            view.name.clone(),
                            column.name.clone(),
                            Some(Expression::new(default)),
                        )],
                    );
            }
        }
    }
}
