//! Columns that old rows have no value for.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ADD-NOTNULL-NODEFAULT",
    title: "Columns that demand a value which old rows do not have",
    rationale: "ADD COLUMN … NOT NULL without a default fails on any table that holds a row. Give it a default that is right for old rows, or add it nullable and fill it first.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 75,
    bad: &["ALTER TABLE users ADD COLUMN country text NOT NULL;"],
    good: &[
        "ALTER TABLE users ADD COLUMN country text NOT NULL DEFAULT 'DE', ADD COLUMN note text;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::AddColumn(column) = command else {
            continue;
        };

        let filled = column.default.is_some()
            || column.identity
            || column.generated.is_some()
            || column.data_type.contains("serial");
        if column.not_null && !filled {
            report.add(
                target.column(&column.name),
                "is NOT NULL without a default: it cannot be added to a table that holds a row",
            );
        }
    }
}
