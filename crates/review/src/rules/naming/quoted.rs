//! Names that have to be quoted.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "NAM-CASE",
    title: "Names with upper case",
    rationale: "A name with upper case has to be quoted in every statement; without quotes it is folded and not found. Where a whole schema is written so, a tool does the quoting, and people at psql suffer.",
    severity: Info,
    weighing: "Silent where more than a fifth of all columns are named so: that is a tool's habit.",
    consequence: 10,
    bad: &["CREATE TABLE a (id bigint PRIMARY KEY, \"createdAt\" timestamptz);"],
    good: &["CREATE TABLE a (id bigint PRIMARY KEY, created_at timestamptz);"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let upper = |name: &Name| name.as_str().chars().any(char::is_uppercase);
    let columns = || context.tables().flat_map(|view| view.columns.iter());
    // A whole schema in such names is written by a tool that quotes them.
    if columns().filter(|c| upper(&c.name)).count() * 5 > columns().count()
        && columns().count() > 20
    {
        return;
    }
    for view in context.tables() {
        if upper(&view.name.name) {
            report.add(view.id(), "has to be quoted");
        }
        for column in view
            .columns
            .iter()
            .filter(|c| !c.inherited && upper(&c.name))
        {
            report.add(view.column_id(&column.name), "has to be quoted");
        }
    }
}
