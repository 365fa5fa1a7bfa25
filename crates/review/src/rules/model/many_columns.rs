//! Tables of very many columns.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-GOD-TABLE",
    title: "Tables of very many columns",
    rationale: "A row is rewritten whole with every UPDATE, however few of its columns change, and a table of very many columns mostly holds several things: \
        parts that are read apart, change apart, or are null together.",
    severity: Info,
    weighing: "A warning from twice as many on. The limit is 60, or `most-columns` of the settings.",
    consequence: 25,
    bad: &[WIDE],
    good: &["CREATE TABLE a (id bigint PRIMARY KEY, b text, c text);"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

const WIDE: &str = "CREATE TABLE settings (id bigint PRIMARY KEY, c1a int, c2a int, c3a int, c4a int, c5a int, c6a int, c7a int, c8a int, c9a int, c10a int, c11a int, c12a int, \
    c13a int, c14a int, c15a int, c16a int, c17a int, c18a int, c19a int, c20a int, c21a int, c22a int, c23a int, c24a int, c25a int, c26a int, c27a int, c28a int, \
    c29a int, c30a int, c31a int, c32a int, c33a int, c34a int, c35a int, c36a int, c37a int, c38a int, c39a int, c40a int, c41a int, c42a int, c43a int, c44a int, \
    c45a int, c46a int, c47a int, c48a int, c49a int, c50a int, c51a int, c52a int, c53a int, c54a int, c55a int, c56a int, c57a int, c58a int, c59a int, c60a int);";

fn check(context: &Context<'_>, report: &mut Report) {
    let most = context.settings.most_columns.unwrap_or(60);
    for view in context.tables() {
        if matches!(view.purpose, Purpose::ReadModel | Purpose::Staging) {
            continue;
        }
        let columns = view.columns.len();
        if columns > most {
            let nullable = view.columns.iter().filter(|c| !c.not_null).count();
            report
                .add(
                    view.id(),
                    format!("has {columns} columns, {nullable} of them nullable"),
                )
                .severity(if columns > most * 2 { Warning } else { Info });
        }
    }
}
