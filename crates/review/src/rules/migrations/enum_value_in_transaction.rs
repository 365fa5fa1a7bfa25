//! Labels that are used before they are committed.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ENUM-ADD-TX",
    title: "Labels that are used in the transaction that adds them",
    rationale: "A label that ALTER TYPE … ADD VALUE adds can only be used after its transaction has committed: the server refuses the value, and the migration fails.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 75,
    bad: &["BEGIN; ALTER TYPE mood ADD VALUE 'c'; INSERT INTO t VALUES ('c'); COMMIT;"],
    good: &["ALTER TYPE mood ADD VALUE 'c'; INSERT INTO t VALUES ('c');"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if matches!(context.action(), Action::AlterEnum { .. }) {
        return;
    }
    for label in &context.state.labels {
        if context.statement.text.contains(&format!("'{label}'")) {
            report.add(ObjectId::Schema("public".into()), format!("'{label}' is used in the transaction that adds it, where the server refuses it")).sure(Certainty::Likely);
        }
    }
}
