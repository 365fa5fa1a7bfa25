//! Indexes that are built while writers wait.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-INDEX-NONCONC",
    title: "Indexes that are built while writers wait",
    rationale: "CREATE INDEX holds off every INSERT, UPDATE and DELETE on the table until the index is built. CREATE INDEX CONCURRENTLY reads the table twice, outside of a transaction, and nobody waits; when it fails it leaves an invalid index, to be dropped.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b text);
-- migration
CREATE INDEX ON t (a);",
        "CREATE INDEX by_mail ON users (email);",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b text);
-- migration
CREATE INDEX CONCURRENTLY by_a ON t (a);",
        "-- migration
CREATE TABLE n (id bigint); CREATE INDEX ON n (id);",
        "CREATE INDEX ON ONLY users (email);",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    let Action::CreateIndex {
        table,
        concurrently: false,
        only: false,
        unique,
        ..
    } = context.action()
    else {
        return;
    };
    if let Some(target) = context.existing(table) {
        let form = if *unique {
            "create_unique_index"
        } else {
            "create_index"
        };
        report.add(
            target.id(),
            format!("CREATE INDEX {}", context.costs(form, &target.name)),
        );
    }
}
