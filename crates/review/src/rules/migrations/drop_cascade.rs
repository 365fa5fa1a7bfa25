//! What goes with what is dropped.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROP-TYPE-CASCADE",
    title: "Dropping with all that depends on it",
    rationale: "CASCADE drops whatever depends on the object, columns, views, constraints and policies, without naming it beforehand: what that is depends on the database. Drop what is meant by name.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &[
        "DROP TYPE IF EXISTS mood CASCADE;",
        "DROP FUNCTION f() CASCADE;",
    ],
    good: &["DROP FUNCTION f();"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Drop {
        form,
        names,
        cascade: true,
        ..
    } = context.action()
        && *form != ObjectForm::Schema
    {
        for path in names {
            let name = written(path);
            if context.existing(&name).is_some() {
                let table = context.statement.presumed(&name);
                report.add(
                    ObjectId::Type(table),
                    format!(
                        "DROP {} CASCADE takes along whatever depends on it",
                        form.as_str().to_uppercase()
                    ),
                );
            }
        }
    }
}
