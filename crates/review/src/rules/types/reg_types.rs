//! Types that keep a cluster from being upgraded.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-UNSUPPORTED-REG",
    title: "Columns that pg_upgrade refuses",
    rationale: "These types store the oids of system objects, which are others after an upgrade: pg_upgrade stops when any table \
        has such a column.",
    severity: Warning,
    consequence: 50,
    bad: &["CREATE TABLE hooks (id bigint PRIMARY KEY, call regprocedure NOT NULL);"],
    good: &[
        "CREATE TABLE hooks (id bigint PRIMARY KEY, relation regclass NOT NULL, owner regrole, of_type regtype);",
    ],
    fix: "The column becomes text.",
    references: &["PostgreSQL manual, pg_upgrade, Notes"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

const REFUSED: &[&str] = &[
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
];

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table() {
        for column in view
            .columns
            .iter()
            .filter(|c| REFUSED.contains(&c.data_type.as_str()) && !c.inherited)
        {
            let changes = vec![Change::ColumnType(
                view.name.clone(),
                column.name.clone(),
                "text".to_owned(),
            )];
            report
                .add(view.column_id(&column.name), format!("is {}, which pg_upgrade refuses", column.data_type))
                .risky_fix("make it text", "The name is then not checked any more, and queries must cast it; the table is rewritten.", changes);
        }
    }
}
