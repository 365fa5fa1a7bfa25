//! Text of any length.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-TEXT-NO-LIMIT",
    title: "Text without a limit",
    rationale: "What users type in is as long as they make it. A CHECK on the length keeps a field of a form from \
        holding a book, in indexes and on pages too.",
    severity: Info,
    on: false,
    consequence: 10,
    bad: &["CREATE TABLE notes (id bigint PRIMARY KEY, title text NOT NULL);"],
    good: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY, title text NOT NULL CHECK (char_length(title) <= 200));",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let free = matches!(column.data_type.as_str(), "text" | "character varying")
                && column.generated.is_none();
            if free && !view.is_checked(column.name.as_str()) {
                report
                    .add(view.column_id(&column.name), "takes text of any length")
                    .sure(Certainty::Possible);
            }
        }
    }
}
