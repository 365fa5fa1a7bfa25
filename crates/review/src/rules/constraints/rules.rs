//! Rewrite rules.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "CON-RULES",
    title: "Rewrite rules on tables",
    rationale: "A rule rewrites the query, not the row: what stands in it is evaluated again for each place it is put in, volatile functions answer twice, and \
        RETURNING, COPY and the count of rows do other things than one expects. A trigger acts on rows.",
    severity: Warning,
    consequence: 40,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY); CREATE RULE keep AS ON DELETE TO t DO INSTEAD NOTHING;",
    ],
    good: &["CREATE TABLE t (id bigint PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t;"],
    references: &["PostgreSQL manual 39.7, Rules Versus Triggers"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for name in view.table.rules.keys() {
            report.add(
                ObjectId::Rule(view.name.clone(), name.clone()),
                "rewrites queries on the table",
            );
        }
    }
}
