//! Blank-padded text.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-CHAR-N",
    title: "Blank-padded text",
    rationale: "char(n) stores blanks up to its length and compares without them: 'a' and 'a ' are equal in \
        it and different as text, LIKE and regular expressions see the padding, and a shorter value takes more space than in text.",
    severity: Warning,
    weighing: "A note only for short codes and digests, whose values fill the length anyway.",
    consequence: 25,
    bad: &["CREATE TABLE people (id bigint PRIMARY KEY, surname char(30) NOT NULL);"],
    good: &["CREATE TABLE people (id bigint PRIMARY KEY, surname text NOT NULL, kind \"char\");"],
    fix: "The column becomes text; the padding goes.",
    references: &["PostgreSQL manual 8.3, Character Types"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let length = match column.data_type.strip_prefix("character(") {
                Some(rest) => rest.trim_end_matches(')').parse::<u32>().unwrap_or(1),
                None => continue,
            };
            let fills = length <= 4 || matches!(length, 8 | 16 | 32 | 36 | 40 | 64 | 128);
            report
                .add(view.column_id(&column.name), format!("is char({length}): shorter values are padded with blanks"))
                .severity(if fills { Info } else { Warning })
                .risky_fix(
                    "make it text",
                    "The padding goes, so what compares with padded values by other means sees a difference; the table is rewritten.",
                    vec![Change::ColumnType(view.name.clone(), column.name.clone(), "text".to_owned())],
                );
        }
    }
}
