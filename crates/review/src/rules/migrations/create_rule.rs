//! Rewrite rules.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CREATE-RULE",
    title: "Rewrite rules on tables in use",
    rationale: "CREATE RULE takes ACCESS EXCLUSIVE, and from then on queries on the table are rewritten: what stands in the rule is evaluated once for each place it is put in, and INSTEAD NOTHING loses rows without an error.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 45,
    bad: &["CREATE RULE r AS ON INSERT TO users DO INSTEAD NOTHING;"],
    good: &["CREATE VIEW v AS SELECT 1 AS one;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::CreateRule(table, name) = context.action()
        && let Some(target) = context.existing(table)
    {
        report.add(
            ObjectId::Rule(target.name.clone(), name.as_str().into()),
            format!("CREATE RULE {}", context.costs("create_rule", &target.name)),
        );
    }
}
