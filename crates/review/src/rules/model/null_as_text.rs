//! The word null.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-NULL-INTENDED",
    title: "Defaults that are the word null",
    rationale: "'NULL' in quotes is a text of four letters: it is found by no IS NULL, passes every NOT NULL, and shows up on somebody's screen.",
    severity: Warning,
    consequence: 40,
    bad: &["CREATE TABLE people (id bigint PRIMARY KEY, nickname text DEFAULT 'NULL');"],
    good: &[
        "CREATE TABLE people (id bigint PRIMARY KEY, nickname text DEFAULT NULL, status text DEFAULT 'none');",
    ],
    fix: "The default goes.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in &view.columns {
            let Some(default) = &column.default else {
                continue;
            };
            let literal = default
                .sql()
                .split("::")
                .next()
                .unwrap_or_default()
                .trim_matches('\'');
            if default.sql().starts_with('\'') && literal.eq_ignore_ascii_case("null") {
                report
                    .add(
                        view.column_id(&column.name),
                        format!("defaults to the text {}", default.sql()),
                    )
                    .risky_fix(
                        "drop the default",
                        "Rows that were added without a value have the text, and keep it.",
                        vec![Change::ColumnDefault(
                            view.name.clone(),
                            column.name.clone(),
                            None,
                        )],
                    );
            }
        }
    }
}
