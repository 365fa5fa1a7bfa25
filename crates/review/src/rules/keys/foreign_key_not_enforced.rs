//! Constraints that are not enforced.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-FK-NOT-ENFORCED",
    title: "Constraints that are not enforced",
    rationale: "A NOT ENFORCED constraint is a comment: rows that break it come in, and the planner does not rely on it. It is of use \
        while a table is loaded, and easily left behind.",
    severity: Warning,
    since: 18,
    consequence: 40,
    bad: &[
        "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a NOT ENFORCED); CREATE INDEX ON b (a_id);",
    ],
    good: &[
        "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a); CREATE INDEX ON b (a_id);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, constraint) in &view.table.constraints {
            if !constraint.enforced {
                report.add(
                    view.constraint_id(name),
                    "is NOT ENFORCED: rows that break it come in",
                );
            }
        }
    }
}
