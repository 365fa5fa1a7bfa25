//! Checks that say nothing new.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "CON-DUP-CHECK",
    title: "Checks that say what is said already",
    rationale: "A CHECK that a column is not null beside NOT NULL, or a second CHECK of the same condition, is evaluated for every row that is written and adds nothing. \
        It is mostly left over from a migration that needed it on the way.",
    severity: Info,
    consequence: 15,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL, CONSTRAINT a_there CHECK (a IS NOT NULL));",
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, CHECK (a > 0), CONSTRAINT positive CHECK (a > 0));",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int NOT NULL, CHECK (a IS NOT NULL), CHECK (b > 0));",
    ],
    fix: "The check goes.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let checks = view.checks();
        for (at, (name, check)) in checks.iter().enumerate() {
            let valid = |n: &Name| {
                view.table
                    .constraints
                    .get(n)
                    .is_some_and(|c| c.validated && c.enforced && !c.no_inherit)
            };
            let not_null = match check {
                Expr::IsNull {
                    operand,
                    negated: true,
                } => match &**operand {
                    Expr::Column(path) => path.last().is_some_and(|c| {
                        view.column(c)
                            .is_some_and(|c| c.not_null && !c.not_null_constraint.not_valid)
                    }),
                    _ => false,
                },
                _ => false,
            };
            let twin = checks[..at]
                .iter()
                .find(|(other, same)| same == check && valid(other));
            let message = match (not_null, twin) {
                (true, _) => "says that a column is not null that is NOT NULL".to_owned(),
                (false, Some((other, _))) => format!("says what {other} says"),
                (false, None) => continue,
            };
            report.add(view.constraint_id(name), message).fix(
                format!("drop {name}"),
                vec![Change::DropConstraint(view.name.clone(), (*name).clone())],
            );
        }
    }
}
