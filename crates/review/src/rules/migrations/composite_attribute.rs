//! Composite types that change.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ALTER-ATTRIBUTE",
    title: "Composite types whose attributes change",
    rationale: "ALTER ATTRIBUTE … TYPE fails where a table stores the type, and with CASCADE writes every table of that type anew under ACCESS EXCLUSIVE.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 45,
    bad: &["ALTER TYPE comp ALTER ATTRIBUTE a TYPE bigint CASCADE;"],
    good: &["ALTER TYPE comp ADD ATTRIBUTE b int;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::Alter {
        form: ObjectForm::Type,
        name,
        commands,
        ..
    } = context.action()
    {
        for command in commands {
            if let Command::ColumnType { column, .. } = command {
                report.add(ObjectId::Type(context.statement.presumed(name)), format!("the type of its attribute {column} changes: tables that store it refuse, and typed tables are written anew"));
            }
        }
    }
}
