//! The ways in which a condition can be false: each is a list of conditions that must all be true.

use crate::expr::{Expr, LikeKind};

/// At most so many ways are tried for one condition.
const MAXIMUM_WAYS: usize = 24;

type Way = Vec<Expr>;

/// The ways of making `expr` FALSE.
pub(super) fn ways_to_be_false(expr: &Expr) -> Vec<Way> {
    let mut ways = ways(expr, false);
    ways.truncate(MAXIMUM_WAYS);
    ways
}

/// The ways of making `expr` TRUE or FALSE.
fn ways(expr: &Expr, wanted: bool) -> Vec<Way> {
    match expr {
        Expr::Not(inner) => ways(inner, !wanted),
        // All parts decide together: TRUE for AND, FALSE for OR.
        Expr::And(parts) | Expr::Or(parts) if matches!(expr, Expr::And(_)) == wanted => {
            combine(parts, wanted)
        }
        // One part decides; the others keep to the other side where they can, so that it is this one
        // that is shown.
        Expr::And(parts) | Expr::Or(parts) => {
            let mut found = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                for mut way in ways(part, wanted) {
                    let rest = parts
                        .iter()
                        .enumerate()
                        .filter(|(other, _)| *other != index);
                    way.extend(rest.map(|(_, other)| decided(other, !wanted)));
                    found.push(way);
                }
            }
            found
        }
        Expr::Between {
            operand,
            low,
            high,
            symmetric: false,
            negated,
        } if *negated == wanted => {
            vec![
                vec![compare("<", operand, low)],
                vec![compare(">", operand, high)],
            ]
        }
        Expr::Between {
            operand,
            low,
            high,
            symmetric: false,
            ..
        } => {
            vec![
                vec![compare("=", operand, low)],
                vec![compare("=", operand, high)],
            ]
        }
        Expr::In {
            operand,
            list,
            negated,
        } if *negated != wanted => list
            .iter()
            .map(|item| vec![compare("=", operand, item)])
            .collect(),
        Expr::Binary {
            operator,
            left,
            right,
        } if (operator == "=" && !wanted || operator == "<>" && wanted)
            && is_ordered(left, right) =>
        {
            vec![
                vec![compare("<", left, right)],
                vec![compare(">", left, right)],
            ]
        }
        Expr::IsTruth { .. } | Expr::IsNull { .. } => vec![vec![decided(expr, wanted)]],
        Expr::Case {
            operand: None,
            branches,
            otherwise,
        } => {
            let mut found = Vec::new();
            let mut passed: Way = Vec::new();
            for (when, then) in branches {
                for way in ways(then, wanted) {
                    let mut way = way;
                    way.push(decided(when, true));
                    way.extend(passed.iter().cloned());
                    found.push(way);
                }
                passed.push(decided(when, false));
            }
            if let Some(otherwise) = otherwise {
                for way in ways(otherwise, wanted) {
                    found.push(way.into_iter().chain(passed.iter().cloned()).collect());
                }
            }
            found
        }
        Expr::Bool(value) if *value != wanted => Vec::new(),
        _ => vec![vec![decided(expr, wanted)]],
    }
}

/// Every part its own way: the ways of each in turn, the others any way.
fn combine(parts: &[Expr], wanted: bool) -> Vec<Way> {
    let mut found: Vec<Way> = Vec::new();
    let alternatives: Vec<_> = parts.iter().map(|part| ways(part, wanted)).collect();
    if alternatives.iter().any(Vec::is_empty) {
        return found;
    }
    for (index, own) in alternatives.iter().enumerate() {
        if own.len() == 1 && index > 0 {
            continue;
        }
        for way in own {
            let mut whole = way.clone();
            let rest = parts
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index);
            whole.extend(rest.map(|(_, other)| decided(other, wanted)));
            found.push(whole);
            if found.len() >= MAXIMUM_WAYS {
                return found;
            }
        }
    }
    found
}

/// A condition that is TRUE exactly when `expr` is what is wanted.
fn decided(expr: &Expr, wanted: bool) -> Expr {
    match (expr, wanted) {
        (expr, true) => expr.clone(),
        (Expr::Not(inner), false) => (**inner).clone(),
        (expr, false) => expr.clone().negate(),
    }
}

fn compare(operator: &str, left: &Expr, right: &Expr) -> Expr {
    Expr::binary(operator, left.clone(), right.clone())
}

/// Whether one side is a constant of a type where "just below" and "just above" mean something.
fn is_ordered(left: &Expr, right: &Expr) -> bool {
    [left, right].into_iter().any(|side| match side {
        Expr::Integer(_) | Expr::Numeric(_) => true,
        Expr::Cast { operand, type_name } => {
            matches!(**operand, Expr::Text(_))
                && type_name.starts_with(['d', 't', 'i', 'n'])
                && type_name != "text"
        }
        Expr::Unary { operand, .. } => is_ordered(operand, operand),
        _ => false,
    })
}

/// The pattern that a condition compares with, which needs texts made for it.
pub(super) fn pattern_of(expr: &Expr) -> Option<Pattern<'_>> {
    match expr {
        Expr::Like {
            pattern,
            escape,
            kind: LikeKind::Like | LikeKind::Ilike,
            ..
        } => {
            let escape = match escape.as_deref() {
                None => Some('\\'),
                Some(Expr::Text(escape)) => escape.chars().next(),
                Some(_) => return None,
            };
            match pattern.as_ref() {
                Expr::Text(text) => Some(Pattern::Like(text, escape)),
                _ => None,
            }
        }
        Expr::Binary {
            operator, right, ..
        } if matches!(operator.as_str(), "~" | "~*" | "!~" | "!~*") => {
            let right = match right.as_ref() {
                Expr::Cast { operand, .. } => operand,
                other => other,
            };
            match right {
                Expr::Text(text) => Some(Pattern::Regex(text)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A pattern in one of the two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern<'a> {
    /// Of LIKE, with its escape character.
    Like(&'a str, Option<char>),
    Regex(&'a str),
}
