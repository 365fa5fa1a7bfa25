//! Columns that come with a foreign key.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ADD-COLUMN-FK",
    title: "Columns that come with a foreign key",
    rationale: "ADD COLUMN … REFERENCES locks the referenced table against writes as well, together with ACCESS EXCLUSIVE on the table itself. In two statements each lock is short and alone.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 35,
    bad: &["ALTER TABLE orders ADD COLUMN customer_id bigint REFERENCES customers (id);"],
    good: &["ALTER TABLE orders ADD COLUMN customer_id bigint;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::AddColumn(column) = command else {
            continue;
        };

        for constraint in &column.constraints {
            if let ConstraintForm::ForeignKey(to, _) = &constraint.form
                && context.existing(to).is_some()
            {
                report.add(target.column(&column.name), format!("comes with a foreign key: SHARE ROW EXCLUSIVE on {to}, where writes wait, and ACCESS EXCLUSIVE on {}", target.name.name));
            }
        }
    }
}
