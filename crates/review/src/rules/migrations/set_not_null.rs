//! Columns that are searched for nulls under lock.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-SET-NOTNULL",
    title: "Columns that are searched for nulls while everybody waits",
    rationale: "SET NOT NULL reads the whole table under ACCESS EXCLUSIVE, unless a validated CHECK (column IS NOT NULL), or from version 18 on a validated NOT NULL constraint, says that there is nothing to find.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &[
        "ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
        "CREATE TABLE users (email text, CONSTRAINT c CHECK (email IS NOT NULL) NO INHERIT);
-- migration
ALTER TABLE users ADD CONSTRAINT n NOT NULL email;",
    ],
    good: &[
        "CREATE TABLE users (email text, CONSTRAINT c CHECK (email IS NOT NULL));
-- migration
ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
        "ALTER TABLE users ADD CONSTRAINT n NOT NULL email NOT VALID;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

/// `column IS NOT NULL`, alone or with more.
fn says_not_null(check: &str, column: &str) -> bool {
    let parts = match expression::parse(check) {
        Some(Expr::And(parts)) => parts,
        Some(one) => vec![one],
        None => return false,
    };
    parts.iter().any(|part| {
        matches!(part, Expr::IsNull { operand, negated: true } if matches!(&**operand, Expr::Column(path) if path.last().is_some_and(|c| c == column)))
    })
}

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let column = match command {
            Command::SetNotNull(column) => column,
            Command::AddConstraint(c) if c.form == ConstraintForm::NotNull && !c.not_valid => {
                match c.columns.first() {
                    Some(column) => column,
                    None => continue,
                }
            }
            _ => continue,
        };
        let known = target.table.is_some_and(|table| {
            let there = table
                .column(column)
                .is_some_and(|c| c.not_null && !c.not_null_constraint.not_valid);
            there
                || table.constraints.values().any(|c| match &c.kind {
                    ConstraintKind::Check(e) => {
                        c.validated && !c.no_inherit && says_not_null(e.sql(), column)
                    }
                    _ => false,
                })
        });
        if !known {
            report.add(
                target.column(column),
                format!(
                    "SET NOT NULL {}",
                    context.costs("set_not_null", &target.name)
                ),
            );
        }
    }
}
