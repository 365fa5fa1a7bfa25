//! Comparisons with null.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "CON-EQUALS-NULL",
    title: "Comparisons with NULL",
    rationale: "Nothing is equal to NULL, and nothing differs from it: the comparison is NULL for every row. A CHECK with it lets everything pass, a policy or \
        a predicate nothing. IS NULL is meant.",
    severity: Error,
    consequence: 80,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, CHECK (a <> NULL));",
        "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX ON t (id) WHERE a = NULL;",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int, CHECK (a IS NOT NULL OR id > 0)); CREATE INDEX ON t (id) WHERE a IS NULL;",
    ],
    references: &["PostgreSQL manual 9.2, Comparison Functions and Operators"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn compares(expr: &Expr) -> bool {
    let null = |e: &Expr| match e {
        Expr::Cast { operand, .. } => **operand == Expr::Null,
        e => *e == Expr::Null,
    };
    expression::any(expr, &mut |part| match part {
        Expr::Binary {
            operator,
            left,
            right,
        } => {
            matches!(operator.as_str(), "=" | "<>" | "<" | ">" | "<=" | ">=")
                && (null(left) || null(right))
        }
        _ => false,
    })
}

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, check) in view.checks() {
            if compares(check) {
                report.add(
                    view.constraint_id(name),
                    "compares with NULL, so it is never false",
                );
            }
        }
        for (name, index) in &view.table.indexes {
            if index
                .predicate
                .as_ref()
                .and_then(|p| expression::parse(p.sql()))
                .is_some_and(|p| compares(&p))
            {
                report.add(
                    view.index_id(name),
                    "compares with NULL in its predicate, so it holds no row",
                );
            }
        }
        for (name, policy) in &view.table.policies {
            let both = [&policy.using, &policy.with_check];
            if both
                .into_iter()
                .flatten()
                .filter_map(|e| expression::parse(e.sql()))
                .any(|e| compares(&e))
            {
                report.add(
                    ObjectId::Policy(view.name.clone(), name.clone()),
                    "compares with NULL, so it lets no row pass",
                );
            }
        }
    }
}
