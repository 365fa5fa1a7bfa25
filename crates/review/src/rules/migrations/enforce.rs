//! Constraints that become enforced.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-PG18-ENFORCE",
    title: "Constraints that become enforced while everybody waits",
    rationale: "ALTER CONSTRAINT … ENFORCED checks every row under ACCESS EXCLUSIVE. Drop the constraint that is not enforced, add one as NOT VALID, and validate it.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    since: 18,
    bad: &["ALTER TABLE a ALTER CONSTRAINT f ENFORCED;"],
    good: &["ALTER TABLE a ALTER CONSTRAINT f DEFERRABLE;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if let Command::AlterConstraint(name, Some(true)) = command {
            report.add(
                target.constraint(name),
                format!(
                    "becomes enforced: it {}",
                    context.costs("alter_fk_enforced", &target.name)
                ),
            );
        }
    }
}
