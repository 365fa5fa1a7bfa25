//! Triggers that are made while writers wait.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CREATE-TRIGGER",
    title: "Triggers that are made while writers wait",
    rationale: "CREATE TRIGGER takes SHARE ROW EXCLUSIVE: it waits for the writes that are running, and those that come wait behind it until the transaction ends.",
    severity: Info,
    evidence: &[Evidence::Text],
    consequence: 20,
    bad: &["CREATE TRIGGER a BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();"],
    good: &[
        "CREATE TABLE users (id bigint); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$; CREATE TRIGGER a BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::CreateTrigger(table, name) = context.action()
        && let Some(target) = context.existing(table)
    {
        report.add(
            ObjectId::Trigger(target.name.clone(), name.as_str().into()),
            format!(
                "CREATE TRIGGER {}",
                context.costs("create_trigger", &target.name)
            ),
        );
    }
}
