//! Strong locks on several tables.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-WIDE-LOCK-WINDOW",
    title: "Transactions that keep everybody out of several tables",
    rationale: "Each strong lock waits for the queries that are running while those that it has already keep others out, and two such transactions, or one and the application, deadlock when they take the tables in another order.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 45,
    bad: &["BEGIN; ALTER TABLE a ADD COLUMN x int; ALTER TABLE b ADD COLUMN y int; COMMIT;"],
    good: &["ALTER TABLE a ADD COLUMN x int; ALTER TABLE b ADD COLUMN y int;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    let after = context.after();
    let others: Vec<String> = context
        .state
        .held
        .iter()
        .filter(|t| !after.held.contains(t))
        .map(ToString::to_string)
        .collect();
    if let Some(table) = after
        .held
        .first()
        .filter(|t| !others.is_empty() && !context.state.held.contains(*t))
    {
        report.add(
            ObjectId::Table(table.clone()),
            format!(
                "is locked while the transaction keeps everybody out of {}",
                list(&others, 3)
            ),
        );
    }
}
