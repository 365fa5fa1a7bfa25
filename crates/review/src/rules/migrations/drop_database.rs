//! Databases that are dropped.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROP-DATABASE",
    title: "Databases that are dropped",
    rationale: "A migration of a database has no business with dropping one.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 95,
    bad: &["DROP DATABASE shop;"],
    good: &["DROP VIEW v;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::DropDatabase(name) = context.action() {
        report.add(
            ObjectId::Schema(name.as_str().into()),
            "DROP DATABASE: everything in it is gone",
        );
    }
}
