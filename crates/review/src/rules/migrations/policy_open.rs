//! Policies for everything.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-POLICY-TRUE",
    title: "Policies that let every row through",
    rationale: "A permissive policy whose condition is true takes away what the other policies of the table say for its commands.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 65,
    bad: &["CREATE POLICY p ON users USING (true);"],
    good: &[
        "CREATE POLICY p ON users FOR SELECT USING (true);",
        "CREATE POLICY p ON users USING (owner = CURRENT_USER);",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Policy {
        table,
        name,
        open: true,
        ..
    } = context.action()
        && let Some(target) = context.existing(table)
        && target.table.is_none()
    {
        // Of a table that is known, the rule about the schema says it.
        report.add(
            ObjectId::Policy(target.name, name.as_str().into()),
            "lets every row be written",
        );
    }
}
