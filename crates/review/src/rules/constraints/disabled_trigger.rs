//! Triggers that do not fire.

use crate::rules::prelude::*;

use pgwright_catalog::TriggerEnabled;

pub(crate) const RULE: Rule = Rule {
    id: "CON-DISABLED-TRIGGER",
    title: "Triggers that are switched off",
    rationale: "A trigger that is disabled looks like a rule and is none. It is mostly left over from a load or a repair, and rows that came meanwhile were not \
        checked or recorded.",
    severity: Warning,
    consequence: 45,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER audit BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER audit;",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER audit BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();",
    ],
    fix: "The trigger is enabled.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, trigger) in &view.table.triggers {
            if trigger.enabled == TriggerEnabled::Disabled {
                report
                    .add(
                        ObjectId::Trigger(view.name.clone(), name.clone()),
                        "is disabled",
                    )
                    .risky_fix(
                        "enable it",
                        "It acts from then on; what it did not do meanwhile stays undone.",
                        vec![Change::EnableTrigger(view.name.clone(), name.clone())],
                    );
            }
        }
    }
}
