//! Triggers that are dropped.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROP-TRIGGER",
    title: "Triggers that are dropped while everybody waits",
    rationale: "DROP TRIGGER takes ACCESS EXCLUSIVE, and the rule that the trigger kept does not hold from then on.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 35,
    bad: &["DROP TRIGGER audit ON users;"],
    good: &["CREATE TABLE users (id bigint); DROP TRIGGER IF EXISTS audit ON users;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Drop {
        form: ObjectForm::Trigger,
        names,
        ..
    } = context.action()
    {
        for path in names {
            let Some((name, table)) = path.split_last() else {
                continue;
            };
            if let Some(target) = context.existing(&written(table)) {
                report.add(
                    ObjectId::Trigger(target.name.clone(), name.as_str().into()),
                    format!(
                        "DROP TRIGGER {}",
                        context.costs("drop_trigger", &target.name)
                    ),
                );
            }
        }
    }
}
