//! Indexes that are dropped while everybody waits.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROPINDEX-NONCONC",
    title: "Indexes that are dropped while everybody waits",
    rationale: "DROP INDEX takes ACCESS EXCLUSIVE on the table: it waits for every query that is running, and every query that comes waits behind it. DROP INDEX CONCURRENTLY waits alone.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 40,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b text);
CREATE INDEX i ON t (a);
-- migration
DROP INDEX i;",
        "DROP INDEX users_idx;",
    ],
    good: &["CREATE TABLE t (id bigint PRIMARY KEY, a int, b text);
CREATE INDEX i ON t (a);
-- migration
DROP INDEX CONCURRENTLY i;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    let Action::Drop {
        form: ObjectForm::Index,
        names,
        concurrently: false,
        if_exists,
        ..
    } = context.action()
    else {
        return;
    };
    for path in names {
        let name = written(path);
        match context.statement.index(&name) {
            Some((table, index)) if !context.state.made.contains(&table) => {
                report.add(
                    ObjectId::Index(table.clone(), index),
                    format!("DROP INDEX {}", context.costs("drop_index", &table)),
                );
            }
            None if !if_exists => {
                let table = context.statement.presumed(&name);
                report.add(
                    ObjectId::Index(table.clone(), name.name.as_str().into()),
                    "DROP INDEX takes ACCESS EXCLUSIVE on its table: reads and writes wait",
                );
            }
            _ => {}
        }
    }
}
