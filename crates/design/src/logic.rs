//! Three-valued logic of rules: what may be unknown, and how a rule is written so that it holds as
//! a person means it.
//!
//! A CHECK passes when its expression is unknown. For `Check` rules that is what is meant: they
//! "must not be false". For `when A then B` it is not: an unknown A must not set the rule off, and
//! an unknown B must not satisfy it. So A is read as `A IS TRUE` and B as `B IS TRUE`; the words
//! are left out where neither can be unknown.

use std::collections::BTreeSet;

use pgwright_ddl::expr::{Expr, Truth};

/// Whether an expression can never be NULL, given the columns that never are.
pub fn never_null(expr: &Expr, not_null: &BTreeSet<String>) -> bool {
    let all = |list: &[&Expr]| list.iter().all(|e| never_null(e, not_null));
    match expr {
        Expr::Bool(_)
        | Expr::Integer(_)
        | Expr::Numeric(_)
        | Expr::Text(_)
        | Expr::IsNull { .. }
        | Expr::IsTruth { .. }
        | Expr::IsDistinctFrom { .. }
        | Expr::SqlValue(_) => true,
        Expr::Column(path) => path.last().is_some_and(|name| not_null.contains(name)),
        Expr::Coalesce(list) | Expr::Greatest(list) | Expr::Least(list) => {
            list.iter().any(|e| never_null(e, not_null))
        }
        // `x IS NOT NULL AND x > y` is false, never unknown, when x is NULL; so is its negation.
        Expr::And(list) => {
            let known: BTreeSet<String> = not_null
                .iter()
                .cloned()
                .chain(list.iter().filter_map(|e| tested(e, true)))
                .collect();
            list.iter().all(|e| never_null(e, &known))
        }
        Expr::Or(list) => {
            let known: BTreeSet<String> = not_null
                .iter()
                .cloned()
                .chain(list.iter().filter_map(|e| tested(e, false)))
                .collect();
            list.iter().all(|e| never_null(e, &known))
        }
        Expr::Not(_)
        | Expr::Binary { .. }
        | Expr::Unary { .. }
        | Expr::In { .. }
        | Expr::Between { .. }
        | Expr::Like { .. }
        | Expr::Cast { .. }
        | Expr::Extract { .. }
        | Expr::Collate { .. }
        | Expr::AtTimeZone { .. } => all(&expr.children()),
        Expr::Function { name, .. } => {
            let strict = [
                "abs",
                "btrim",
                "char_length",
                "isempty",
                "length",
                "lower",
                "ltrim",
                "round",
                "rtrim",
                "trunc",
                "upper",
            ];
            name.last().is_some_and(|n| strict.contains(&n.as_str())) && all(&expr.children())
        }
        _ => false,
    }
}

/// The column of `c IS NOT NULL` (or of `c IS NULL`, when `negated` is false).
fn tested(expr: &Expr, wanted: bool) -> Option<String> {
    match expr {
        Expr::IsNull { operand, negated } if *negated == wanted => match operand.as_ref() {
            Expr::Column(path) => path.last().cloned(),
            _ => None,
        },
        _ => None,
    }
}

/// `expr` is true: as it stands when it cannot be unknown, else with IS TRUE.
pub fn holds(expr: &Expr, not_null: &BTreeSet<String>) -> Expr {
    if never_null(expr, not_null) {
        expr.clone()
    } else {
        truth(expr, false)
    }
}

/// `expr` is not true: negated where that reads well, else with IS NOT TRUE.
pub fn holds_not(expr: &Expr, not_null: &BTreeSet<String>) -> Expr {
    if never_null(expr, not_null) {
        negation(expr)
    } else {
        truth(expr, true)
    }
}

fn truth(expr: &Expr, negated: bool) -> Expr {
    Expr::IsTruth {
        operand: Box::new(expr.clone()),
        truth: Truth::True,
        negated,
    }
}

/// `when condition then requirement`, as one expression that is false when the rule is broken and
/// true otherwise.
pub fn implication(condition: &Expr, requirement: &Expr, not_null: &BTreeSet<String>) -> Expr {
    Expr::or(vec![
        holds_not(condition, not_null),
        holds(requirement, not_null),
    ])
}

/// NOT of an expression, written the way a person would: `<>` for `=`, `NOT IN` for `IN`.
pub fn negation(expr: &Expr) -> Expr {
    match expr {
        Expr::Not(inner) => inner.as_ref().clone(),
        Expr::Bool(value) => Expr::Bool(!value),
        Expr::IsNull { operand, negated } => Expr::IsNull {
            operand: operand.clone(),
            negated: !negated,
        },
        Expr::In {
            operand,
            list,
            negated,
        } => Expr::In {
            operand: operand.clone(),
            list: list.clone(),
            negated: !negated,
        },
        Expr::IsTruth {
            operand,
            truth,
            negated,
        } => Expr::IsTruth {
            operand: operand.clone(),
            truth: *truth,
            negated: !negated,
        },
        Expr::Binary {
            operator,
            left,
            right,
        } => match opposite(operator) {
            Some(operator) => Expr::Binary {
                operator: operator.to_owned(),
                left: left.clone(),
                right: right.clone(),
            },
            None => expr.clone().negate(),
        },
        // De Morgan keeps short lists of tests readable.
        Expr::And(list) if list.iter().all(is_simple_test) => {
            Expr::or(list.iter().map(negation).collect())
        }
        Expr::Or(list) if list.iter().all(is_simple_test) => {
            Expr::and(list.iter().map(negation).collect())
        }
        other => other.clone().negate(),
    }
}

fn is_simple_test(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::IsNull { .. } | Expr::In { .. } | Expr::Not(_) | Expr::Column(_)
    ) || matches!(expr, Expr::Binary { operator, .. } if opposite(operator).is_some())
}

fn opposite(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "=" => "<>",
        "<>" => "=",
        "<" => ">=",
        ">=" => "<",
        ">" => "<=",
        "<=" => ">",
        _ => return None,
    })
}

/// Whether an expression's value depends on when or by whom it is evaluated.
pub fn reads_clock(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |e| {
        found |= match e {
            Expr::SqlValue(_) => true,
            Expr::Function { name, args } => name.last().is_some_and(|n| {
                matches!(
                    n.as_str(),
                    "now"
                        | "clock_timestamp"
                        | "statement_timestamp"
                        | "transaction_timestamp"
                        | "current_setting"
                        | "random"
                        | "timeofday"
                ) || (n == "age" && args.len() == 1)
            }),
            Expr::Other { sql, .. } => sql.to_lowercase().contains("now()"),
            _ => false,
        };
    });
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use pgwright_ddl::expr::parse_expression;

    fn written(condition: &str, requirement: &str, not_null: &[&str]) -> String {
        let known = not_null.iter().map(|&c| c.to_owned()).collect();
        implication(
            &parse_expression(condition).unwrap(),
            &parse_expression(requirement).unwrap(),
            &known,
        )
        .to_sql()
    }

    #[test]
    fn what_cannot_be_unknown_is_written_plainly() {
        assert_eq!(
            written("state in ('a', 'b')", "note is not null", &["state"]),
            "state NOT IN ('a', 'b') OR note IS NOT NULL"
        );
    }

    #[test]
    fn unknown_conditions_do_not_set_a_rule_off_and_unknown_requirements_do_not_satisfy_it() {
        assert_eq!(
            written("amount > 5", "approved_by = 'x'", &[]),
            "(amount > 5) IS NOT TRUE OR (approved_by = 'x') IS TRUE"
        );
    }

    #[test]
    fn a_null_test_beside_a_comparison_settles_it() {
        assert_eq!(
            written("paid", "b is not null and b >= a", &["a", "paid"]),
            "NOT paid OR b IS NOT NULL AND b >= a"
        );
        assert_eq!(
            written("b is null or b > a", "paid", &["a", "paid"]),
            "b IS NOT NULL AND b <= a OR paid"
        );
    }

    #[test]
    fn clocks_are_seen_wherever_they_stand() {
        for (sql, clock) in [
            ("d <= current_date", true),
            ("d < now() - interval '1 day'", true),
            ("a < b", false),
        ] {
            assert_eq!(reads_clock(&parse_expression(sql).unwrap()), clock, "{sql}");
        }
    }
}
