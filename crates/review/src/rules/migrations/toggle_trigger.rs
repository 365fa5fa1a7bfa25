//! Triggers that are switched.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-TOGGLE-TRIGGER",
    title: "Triggers that are switched on or off for everybody",
    rationale: "While a trigger is disabled its rule holds for nobody, other sessions included; DISABLE TRIGGER ALL switches foreign keys off too, and nothing checks afterwards what came in. The lock makes writers wait.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 50,
    bad: &["ALTER TABLE users DISABLE TRIGGER ALL;"],
    good: &["ALTER TABLE users SET (fillfactor = 90);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        if let Command::Trigger { enable, name } = command {
            let which = name.as_deref().unwrap_or("all triggers");
            let message = if *enable {
                format!("{which} enabled: what was written meanwhile was not checked")
            } else {
                format!(
                    "{which} disabled, for every session: what is written meanwhile is not checked"
                )
            };
            report.add(target.id(), message);
        }
    }
}
