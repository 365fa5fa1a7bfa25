//! Indexes that are rebuilt while writers wait.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-REINDEX-NONCONC",
    title: "Indexes that are rebuilt while writers wait",
    rationale: "REINDEX holds off every write on the table, and every query that would use the index, until it is rebuilt. REINDEX … CONCURRENTLY does not.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &[
        "REINDEX TABLE users;",
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b text);
-- migration
REINDEX INDEX t_pkey;",
    ],
    good: &["REINDEX TABLE CONCURRENTLY users;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Reindex {
        form,
        name,
        concurrently: false,
    } = context.action()
    {
        let table = context
            .statement
            .index(name)
            .map_or_else(|| context.statement.presumed(name), |(table, _)| table);
        if !context.state.made.contains(&table) {
            report.add(
                ObjectId::Table(table),
                format!(
                    "REINDEX of the {} makes writes wait while the indexes are rebuilt",
                    form.as_str()
                ),
            );
        }
    }
}
