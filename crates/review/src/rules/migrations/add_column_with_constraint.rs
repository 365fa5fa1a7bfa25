//! Columns that come with a check or key.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ADD-COLUMN-CHECK",
    title: "Columns that come with a constraint that reads all rows",
    rationale: "A CHECK or UNIQUE that stands with the new column is checked against every row under ACCESS EXCLUSIVE. Add the column first, then the CHECK as NOT VALID, or the key by way of an index that is built concurrently.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 45,
    bad: &[
        "ALTER TABLE users ADD COLUMN n int CHECK (n > 0);",
        "ALTER TABLE users ADD COLUMN n int UNIQUE;",
    ],
    good: &["ALTER TABLE users ADD COLUMN n int;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::AddColumn(column) = command else {
            continue;
        };

        for constraint in &column.constraints {
            let (what, form) = match &constraint.form {
                ConstraintForm::Check => ("CHECK", "add_column_check_inline"),
                ConstraintForm::Unique(_) | ConstraintForm::PrimaryKey(_) => {
                    ("key", "add_column_unique_inline")
                }
                _ => continue,
            };
            report.add(
                target.column(&column.name),
                format!(
                    "comes with a {what}: ADD COLUMN {}",
                    context.costs(form, &target.name)
                ),
            );
        }
    }
}
