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
    let Action::AlterDomain {
        name,
        subtype,
        not_valid: false,
    } = context.action()
    else {
        return;
    };
    // Validating is the second step of the better way, and makes writes wait all the same.
    let severity = match subtype.as_str() {
        "C" | "O" => Warning,
        "V" => Info,
        _ => return,
    };
    let object = ObjectId::Type(context.statement.presumed(name));
    report
        .add(
            object,
            "every table with a column of the domain is read while writes on it wait",
        )
        .severity(severity);
}
