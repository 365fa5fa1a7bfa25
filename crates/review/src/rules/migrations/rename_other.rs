//! Other things that get another name.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-RENAME-OTHER",
    title: "Schemas, types, values and functions that get another name",
    rationale: "Whatever names them in a query, a function body or a value that it sends fails until it is replaced.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 45,
    bad: &[
        "ALTER SCHEMA billing RENAME TO billing2;",
        "ALTER TYPE mood RENAME VALUE 'a' TO 'b';",
        "ALTER FUNCTION f() RENAME TO g;",
    ],
    good: &[
        "ALTER INDEX i RENAME TO j;",
        "ALTER TABLE t RENAME CONSTRAINT a TO b;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    match context.action() {
        Action::Rename { form, name, to, .. }
            if matches!(
                form,
                ObjectForm::Schema
                    | ObjectForm::Type
                    | ObjectForm::Domain
                    | ObjectForm::Routine
                    | ObjectForm::View
                    | ObjectForm::MaterializedView
                    | ObjectForm::Sequence
            ) =>
        {
            let object = match form {
                ObjectForm::Schema => ObjectId::Schema(name.name.as_str().into()),
                ObjectForm::View => ObjectId::View(context.statement.presumed(name)),
                _ => ObjectId::Type(context.statement.presumed(name)),
            };
            report.add(
                object,
                format!(
                    "RENAME of the {} to {to}: what is running still uses the old name",
                    form.as_str()
                ),
            );
        }
        Action::AlterEnum {
            name,
            label,
            renamed: Some(old),
            ..
        } => {
            report.add(
                ObjectId::Type(context.statement.presumed(name)),
                format!(
                    "RENAME VALUE '{old}' to '{label}': what is running still sends the old one"
                ),
            );
        }
        _ => {}
    }
}
