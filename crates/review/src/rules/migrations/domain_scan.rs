//! Domains that demand more.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ALTER-DOMAIN",
    title: "Domains whose new constraint reads every table that uses them",
    rationale: "ADD CONSTRAINT and SET NOT NULL on a domain read every table with a column of it while writes on all of them wait. As NOT VALID the constraint is added at once, and validated later.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 45,
    bad: &["ALTER DOMAIN posint ADD CONSTRAINT c CHECK (VALUE > 0);"],
    good: &["ALTER DOMAIN posint ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::AlterDomain {
        name,
        subtype,
        not_valid: false,
    } = context.action()
        && matches!(subtype.as_str(), "C" | "O")
    {
        report.add(
            ObjectId::Type(context.statement.presumed(name)),
            "every table with a column of the domain is read while writes on it wait",
        );
    }
}
