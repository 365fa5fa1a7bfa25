//! Tables with very many indexes.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "IDX-TOO-MANY",
    title: "Tables with very many indexes",
    rationale: "Every row is written to every index, and an UPDATE of an indexed column to all of them. A query locks every index of its tables while it is planned; before \
        version 18 a session has 16 places for locks that cost nothing, and the rest go through the lock manager that all sessions share.",
    severity: Info,
    weighing: "A warning from twice as many on. The limit is 15, or `most-indexes` of the settings.",
    consequence: 25,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c int, d int, e int, f int, g int, h int, i int, j int, k int, l int, m int, n int, o int); \
        CREATE INDEX ON t (a); CREATE INDEX ON t (b); CREATE INDEX ON t (c); CREATE INDEX ON t (d); CREATE INDEX ON t (e); CREATE INDEX ON t (f); CREATE INDEX ON t (g); CREATE INDEX ON t (h); \
        CREATE INDEX ON t (i); CREATE INDEX ON t (j); CREATE INDEX ON t (k); CREATE INDEX ON t (l); CREATE INDEX ON t (m); CREATE INDEX ON t (n); CREATE INDEX ON t (o);",
    ],
    good: &["CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX ON t (a);"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let most = context.settings.most_indexes.unwrap_or(15);
    for view in context.tables() {
        let indexes = view.table.indexes.len()
            + view
                .table
                .constraints
                .values()
                .filter(|c| {
                    !matches!(
                        c.kind,
                        ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_)
                    )
                })
                .count();
        if indexes > most {
            report
                .add(view.id(), format!("has {indexes} indexes"))
                .severity(if indexes > most * 2 { Warning } else { Info });
        }
    }
}
