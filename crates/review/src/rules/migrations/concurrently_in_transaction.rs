//! What cannot run in a transaction.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CIC-IN-TX",
    title: "Statements that cannot run in a transaction",
    rationale: "CREATE INDEX CONCURRENTLY, its relatives and VACUUM commit in between, so the server refuses them inside a transaction: the migration fails here and takes back what came before.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 80,
    bad: &["BEGIN; CREATE INDEX CONCURRENTLY i ON users (a); COMMIT;"],
    good: &["CREATE INDEX CONCURRENTLY i ON users (a);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if !context.statement.in_transaction {
        return;
    }
    let (what, table) = match context.action() {
        Action::CreateIndex {
            concurrently: true,
            table,
            ..
        } => (
            "CREATE INDEX CONCURRENTLY",
            context.statement.presumed(table),
        ),
        Action::Drop {
            concurrently: true,
            names,
            ..
        } => (
            "DROP INDEX CONCURRENTLY",
            context
                .statement
                .presumed(&written(names.first().map_or(&[][..], Vec::as_slice))),
        ),
        Action::Reindex {
            concurrently: true,
            name,
            ..
        } => ("REINDEX CONCURRENTLY", context.statement.presumed(name)),
        Action::Vacuum { tables, .. } => (
            "VACUUM",
            context
                .statement
                .presumed(&tables.first().cloned().unwrap_or_default()),
        ),
        Action::Alter { name, commands, .. }
            if commands.iter().any(|c| {
                matches!(
                    c,
                    Command::Detach {
                        concurrently: true,
                        ..
                    }
                )
            }) =>
        {
            (
                "DETACH PARTITION CONCURRENTLY",
                context.statement.presumed(name),
            )
        }
        _ => return,
    };
    report.add(
        ObjectId::Table(table),
        format!("{what} stands in a transaction, where the server refuses it"),
    );
}
