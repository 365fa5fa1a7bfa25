//! Row-level security that goes.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-RLS-OFF",
    title: "Row-level security that is taken away",
    rationale: "From then on every role with a privilege on the table sees and writes rows that the policies kept from it.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 80,
    bad: &[
        "ALTER TABLE users DISABLE ROW LEVEL SECURITY;",
        "ALTER TABLE users NO FORCE ROW LEVEL SECURITY;",
        "DROP POLICY p ON users;",
    ],
    good: &["ALTER TABLE users ENABLE ROW LEVEL SECURITY;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        match command {
            Command::RowSecurity(false) => report.add(
                target.id(),
                "DISABLE ROW LEVEL SECURITY: its policies do not hold any more",
            ),
            Command::ForceRowSecurity(false) => report.add(
                target.id(),
                "NO FORCE ROW LEVEL SECURITY: its policies do not hold for its owner any more",
            ),
            _ => continue,
        };
    }
    if let Action::Drop {
        form: ObjectForm::Policy,
        names,
        ..
    } = context.action()
    {
        for path in names {
            if let Some((name, table)) = path.split_last()
                && let Some(target) = context.existing(&written(table))
            {
                report
                    .add(
                        ObjectId::Policy(target.name, name.as_str().into()),
                        "DROP POLICY: what it allowed or forbade is otherwise now",
                    )
                    .severity(Warning);
            }
        }
    }
}
