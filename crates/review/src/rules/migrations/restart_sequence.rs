//! Sequences that begin again.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-RESTART-SEQUENCE",
    title: "Sequences that begin again",
    rationale: "A sequence that begins again gives numbers out that rows have already: INSERT fails on the key, or, where there is none, two rows have the same number.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 50,
    bad: &["ALTER SEQUENCE users_id_seq RESTART WITH 1;"],
    good: &["ALTER SEQUENCE users_id_seq CACHE 50;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::RestartSequence(name) = context.action() {
        report.add(
            ObjectId::Sequence(context.statement.presumed(name)),
            "gives out numbers again that rows may have",
        );
    }
}
