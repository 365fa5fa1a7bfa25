//! Generated columns that are computed anew.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-SET-EXPRESSION",
    title: "Stored generated columns that are computed anew",
    rationale: "SET EXPRESSION of a stored generated column writes the table anew under ACCESS EXCLUSIVE.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    since: 17,
    bad: &["ALTER TABLE users ALTER COLUMN full_name SET EXPRESSION AS (lower(first));"],
    good: &[
        "CREATE TABLE users (a int, b int GENERATED ALWAYS AS (a) VIRTUAL);
-- migration
ALTER TABLE users ALTER COLUMN b SET EXPRESSION AS (a + 1);",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if let Command::SetExpression(name) = command {
            let stored = target
                .table
                .and_then(|t| t.column(name))
                .and_then(|c| c.generated.as_ref())
                .is_none_or(|g| g.stored);
            if stored {
                report.add(
                    target.column(name),
                    format!(
                        "SET EXPRESSION {}",
                        context.costs("set_expression_stored", &target.name)
                    ),
                );
            }
        }
    }
}
