//! Tables that inherit.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-INHERITANCE",
    title: "Tables that inherit from others",
    rationale: "Keys and foreign keys do not reach over the tables of an inheritance: the same id can stand in parent and child, nothing can refer to \
        rows of both, and a query on the parent reads the children unless it says ONLY. Partitions, or a foreign key to what is common, do what is wanted.",
    severity: Info,
    weighing: "A warning where a foreign key points at the parent, as rows of the children cannot be referred to.",
    consequence: 30,
    bad: &[
        "CREATE TABLE places (id bigint PRIMARY KEY); CREATE TABLE cities (people int) INHERITS (places); CREATE TABLE visits (id bigint PRIMARY KEY, place_id bigint REFERENCES places);",
    ],
    good: &[
        "CREATE TABLE places (id bigint PRIMARY KEY); CREATE TABLE cities (place_id bigint PRIMARY KEY REFERENCES places, people int);",
    ],
    references: &["PostgreSQL manual 5.11.1, Caveats"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for parent in &view.table.inherits {
            let referred = !context.references_to(parent).is_empty();
            let message = if referred {
                format!(
                    "inherits from {parent}, to which foreign keys point that do not see its rows"
                )
            } else {
                format!("inherits from {parent}, whose keys do not hold for it")
            };
            report
                .add(view.id(), message)
                .with(ObjectId::Table(parent.clone()))
                .severity(if referred { Warning } else { Info });
        }
    }
}
