//! New tables that refer to one in use.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CREATE-TABLE-FK",
    title: "New tables that lock the one that they refer to",
    rationale: "CREATE TABLE with a foreign key takes SHARE ROW EXCLUSIVE on the referenced table, so writes on it wait until the transaction ends, and it waits for those that are running.",
    severity: Info,
    evidence: &[Evidence::Text],
    consequence: 20,
    bad: &["CREATE TABLE c (id bigint PRIMARY KEY, p bigint REFERENCES parent (id));"],
    good: &[
        "CREATE TABLE parent (id bigint PRIMARY KEY); CREATE TABLE c (id bigint PRIMARY KEY, p bigint REFERENCES parent (id));",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::CreateTable {
        table, constraints, ..
    } = context.action()
    {
        for constraint in constraints {
            if let ConstraintForm::ForeignKey(to, _) = &constraint.form
                && to.name != table.name
                && let Some(target) = context.existing(to)
            {
                report.add(
                    target.id(),
                    format!(
                        "is referred to by the new {table}: {}",
                        context.costs("create_table_with_fk", &target.name)
                    ),
                );
            }
        }
    }
}
