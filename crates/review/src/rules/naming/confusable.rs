//! Names that look alike.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "NAM-CONFUSABLE",
    title: "Names that look alike",
    rationale: "Two names that differ only in case, or a name with a blank or a character that looks like another, are mistaken for each other sooner or later, by people and by tools that fold names.",
    severity: Warning,
    consequence: 35,
    bad: &[
        "CREATE TABLE a (id bigint PRIMARY KEY, name text, \"Name\" text);",
        "CREATE TABLE a (id bigint PRIMARY KEY, \"total \" int);",
    ],
    good: &["CREATE TABLE a (id bigint PRIMARY KEY, name text, names text);"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let mut tables: BTreeMap<(&Name, String), &TableView<'_>> = BTreeMap::new();
    for view in context.tables() {
        if let Some(other) = tables.insert(
            (&view.name.schema, view.name.name.as_str().to_lowercase()),
            view,
        ) {
            report
                .add(
                    view.id(),
                    format!("differs from {} only in case", other.name.name),
                )
                .with(other.id());
        }
        let mut columns: BTreeMap<String, &Column> = BTreeMap::new();
        for column in view.columns.iter().filter(|c| !c.inherited) {
            if let Some(other) = columns.insert(column.name.as_str().to_lowercase(), column) {
                report
                    .add(
                        view.column_id(&column.name),
                        format!("differs from {} only in case", other.name),
                    )
                    .with(view.column_id(&other.name));
            }
            if column.name.as_str().trim() != column.name.as_str()
                || column
                    .name
                    .as_str()
                    .contains(['\u{a0}', '\u{200b}', '\u{feff}'])
            {
                report.add(
                    view.column_id(&column.name),
                    "has a blank or an invisible character at its end or within",
                );
            }
        }
    }
}
