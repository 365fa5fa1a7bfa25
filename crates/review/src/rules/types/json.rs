//! JSON as text.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-JSON",
    title: "JSON that is kept as text",
    rationale: "json keeps the text as it came, parses it again on every access, and has neither equality nor useful \
        indexes: DISTINCT, GROUP BY and UNION over it fail. jsonb is parsed once and can be indexed.",
    severity: Warning,
    consequence: 30,
    bad: &["CREATE TABLE events (id bigint PRIMARY KEY, payload json NOT NULL);"],
    good: &["CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb NOT NULL);"],
    fix: "The column becomes jsonb.",
    references: &["PostgreSQL manual 8.14, JSON Types"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view
            .columns
            .iter()
            .filter(|c| c.data_type == "json" && !c.inherited)
        {
            report
                .add(view.column_id(&column.name), "is json: no equality, no index, parsed on every access")
                .risky_fix(
                    "make it jsonb",
                    "White space, the order of keys and keys that stand twice are not kept; the table is rewritten.",
                    vec![Change::ColumnType(view.name.clone(), column.name.clone(), "jsonb".to_owned())],
                );
        }
    }
}
