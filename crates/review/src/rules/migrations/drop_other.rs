//! What others may be using.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DROP-VIEW-FUNC",
    title: "Views, functions and other objects that are dropped",
    rationale: "What is running may still use it: queries on a view that is gone fail, and so does a function that calls one that is gone, when it is called.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 30,
    bad: &["DROP VIEW v;", "DROP FUNCTION f();", "DROP SEQUENCE s;"],
    good: &["DROP INDEX CONCURRENTLY i;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    let Action::Drop {
        form,
        names,
        if_exists,
        cascade,
        ..
    } = context.action()
    else {
        return;
    };
    let used = matches!(
        form,
        ObjectForm::View
            | ObjectForm::MaterializedView
            | ObjectForm::Routine
            | ObjectForm::Sequence
            | ObjectForm::Type
            | ObjectForm::Domain
            | ObjectForm::Extension
    );
    // With CASCADE it is named by another rule; a function that comes again at once is no loss.
    if !used || *cascade || *if_exists {
        return;
    }
    for path in names {
        let name = written(path);
        if context.existing(&name).is_some() {
            report.add(
                ObjectId::View(context.statement.presumed(&name)),
                format!(
                    "DROP {}: what still uses it fails",
                    form.as_str().to_uppercase()
                ),
            );
        }
    }
}
