//! Schemas and databases that are dropped.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROP-SCHEMA",
    title: "Schemas that are dropped",
    rationale: "With CASCADE everything in it goes, and what elsewhere depends on it; the rows are gone for good.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 75,
    bad: &[
        "DROP SCHEMA IF EXISTS billing CASCADE;",
        "DROP SCHEMA billing;",
    ],
    good: &["DROP VIEW v;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Drop {
        form: ObjectForm::Schema,
        names,
        cascade,
        ..
    } = context.action()
    {
        for path in names {
            let what = if *cascade {
                "everything in it goes, and what depends on it"
            } else {
                "it goes if it is empty"
            };
            report.add(
                ObjectId::Schema(written(path).name.as_str().into()),
                format!("DROP SCHEMA: {what}"),
            );
        }
    }
}
