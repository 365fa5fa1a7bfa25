//! Names that were cut.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "NAM-TOO-LONG",
    title: "Names that were probably cut",
    rationale: "PostgreSQL cuts names after 63 bytes without an error. A name of exactly that length was probably longer: two that begin alike collide, and a tool that looks for the whole name does not find it.",
    severity: Info,
    consequence: 10,
    bad: &[
        "CREATE TABLE a (id bigint PRIMARY KEY, a_very_long_name_that_somebody_wrote_down_without_counting_charac text);",
    ],
    good: &["CREATE TABLE a (id bigint PRIMARY KEY, a_long_name text);"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    // Names that PostgreSQL or a framework makes are cut on purpose, with something that tells them apart.
    let cut = |name: &Name| name.as_str().len() == 63;
    for view in context.tables() {
        if cut(&view.name.name) {
            report
                .add(view.id(), "is 63 bytes long, which is where names are cut")
                .sure(Certainty::Possible);
        }
        for column in view.columns.iter().filter(|c| !c.inherited && cut(&c.name)) {
            report
                .add(
                    view.column_id(&column.name),
                    "is 63 bytes long, which is where names are cut",
                )
                .sure(Certainty::Possible);
        }
    }
}
