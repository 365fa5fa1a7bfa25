//! The rules of the normal form, each for one difference between what is written and what is printed.

use super::constant;
use crate::expr::{Expr, LikeKind, Quantifier};

/// Applies the rules once, innermost parts first.
pub(super) fn apply(expr: &Expr, search_path: &[&str]) -> Expr {
    let mut expr = expr.clone();
    for child in expr.children_mut() {
        let normal = apply(child, search_path);
        *child = normal;
    }
    let expr = names(expr, search_path);
    let expr = casts(expr);
    let expr = operators(expr);
    shapes(expr)
}

/// Schemas that need not be written.
fn is_implied(schema: &str, search_path: &[&str]) -> bool {
    schema == "pg_catalog" || search_path.contains(&schema)
}

/// Names lose the schemas that are found without being written.
fn names(expr: Expr, search_path: &[&str]) -> Expr {
    let strip = |name: String| match name.rsplit_once('.') {
        Some((schema, bare)) if is_implied(schema.trim_matches('"'), search_path) => {
            bare.to_owned()
        }
        _ => name,
    };
    match expr {
        Expr::Function { mut name, mut args } => {
            if name.len() == 2 && is_implied(&name[0], search_path) {
                name.remove(0);
            }
            // A sequence is named in a text.
            let of_sequence = matches!(name.as_slice(), [one]
                if matches!(one.as_str(), "nextval" | "currval" | "setval"));
            if let (true, Some(Expr::Text(text))) = (of_sequence, args.first_mut()) {
                *text = strip(std::mem::take(text));
            }
            Expr::Function { name, args }
        }
        Expr::Collate {
            operand,
            mut collation,
        } => {
            if collation.len() == 2 && is_implied(&collation[0], search_path) {
                collation.remove(0);
            }
            Expr::Collate { operand, collation }
        }
        Expr::Cast { operand, type_name } => Expr::Cast {
            operand,
            type_name: strip(type_name),
        },
        Expr::Binary {
            operator,
            left,
            right,
        } if operator.contains('.') => Expr::Binary {
            operator: strip(operator),
            left,
            right,
        },
        other => other,
    }
}

/// Casts that the server adds are taken away.
fn casts(expr: Expr) -> Expr {
    match expr {
        Expr::Numeric(_) | Expr::Text(_) => constant::normal(&expr),
        // Of constants, and of lists of them.
        Expr::Cast { operand, type_name } => match *operand {
            Expr::Text(text) => constant::numeric_text(&text, &type_name)
                .unwrap_or_else(|| boolean_text(&text, &type_name).unwrap_or(Expr::Text(text))),
            Expr::Null | Expr::Integer(_) | Expr::Numeric(_) | Expr::Bool(_) | Expr::Array(_) => {
                *operand
            }
            // The same cast twice.
            Expr::Cast {
                operand: inner,
                type_name: of,
            } if of == type_name => Expr::Cast {
                operand: inner,
                type_name,
            },
            _ => Expr::Cast { operand, type_name },
        },
        Expr::Binary {
            operator,
            left,
            right,
        } if operator == "/" || operator == "%" => {
            // Integers and numbers divide differently: a cast is one that the server added only if
            // the other side made it necessary.
            let (strip_left, strip_right) = (is_fractional(&right), is_fractional(&left));
            let left = if strip_left { operand(*left) } else { *left };
            let right = if strip_right { operand(*right) } else { *right };
            Expr::Binary {
                operator,
                left: left.into(),
                right: right.into(),
            }
        }
        Expr::Binary {
            operator,
            left,
            right,
        } => Expr::Binary {
            operator,
            left: operand(*left).into(),
            right: operand(*right).into(),
        },
        Expr::IsDistinctFrom {
            left,
            right,
            negated,
        } => Expr::IsDistinctFrom {
            left: operand(*left).into(),
            right: operand(*right).into(),
            negated,
        },
        Expr::In {
            operand: inner,
            list,
            negated,
        } => Expr::In {
            operand: operand(*inner).into(),
            list: list.into_iter().map(operand).collect(),
            negated,
        },
        Expr::Quantified {
            operand: inner,
            operator,
            quantifier,
            array,
        } => Expr::Quantified {
            operand: operand(*inner).into(),
            operator,
            quantifier,
            array: operand(*array).into(),
        },
        Expr::Like {
            operand: inner,
            pattern,
            escape,
            kind,
            negated,
        } => Expr::Like {
            operand: operand(*inner).into(),
            pattern: operand(*pattern).into(),
            escape: escape.map(|escape| operand(*escape).into()),
            kind,
            negated,
        },
        Expr::Array(items) => Expr::Array(items.into_iter().map(operand).collect()),
        Expr::Coalesce(items) => Expr::Coalesce(items.into_iter().map(operand).collect()),
        Expr::Greatest(items) => Expr::Greatest(items.into_iter().map(operand).collect()),
        Expr::Least(items) => Expr::Least(items.into_iter().map(operand).collect()),
        Expr::Nullif(left, right) => Expr::Nullif(operand(*left).into(), operand(*right).into()),
        Expr::Collate {
            operand: inner,
            collation,
        } => Expr::Collate {
            operand: operand(*inner).into(),
            collation,
        },
        Expr::Function { name, args } => Expr::Function {
            name,
            args: args.into_iter().map(argument).collect(),
        },
        Expr::Extract { field, source } => Expr::Extract {
            field,
            source: argument(*source).into(),
        },
        other => other,
    }
}

fn boolean_text(text: &str, type_name: &str) -> Option<Expr> {
    if type_name != "boolean" {
        return None;
    }
    crate::value::parse_bool(text).map(Expr::Bool)
}

/// An operand without the cast that resolving an operator may have put around it.
fn operand(expr: Expr) -> Expr {
    match expr {
        Expr::Cast { operand, type_name }
            if matches!(
                type_name.as_str(),
                "text"
                    | "character varying"
                    | "bpchar"
                    | "numeric"
                    | "double precision"
                    | "text[]"
                    | "character varying[]"
                    | "numeric[]"
                    | "oid"
            ) =>
        {
            *operand
        }
        other => other,
    }
}

/// An argument without the cast that resolving a function may have put around it.
fn argument(expr: Expr) -> Expr {
    match expr {
        Expr::Cast { operand, type_name }
            if type_name.starts_with("timestamp ")
                || matches!(type_name.as_str(), "integer" | "bigint" | "regclass") =>
        {
            *operand
        }
        other => operand(other),
    }
}

/// Whether a side of a division is certainly no integer, or not known to be one, so that the other
/// side's cast goes without saying.
fn is_fractional(expr: &Expr) -> bool {
    match expr {
        Expr::Integer(_) => false,
        Expr::Cast { type_name, .. } => {
            !matches!(type_name.as_str(), "numeric" | "double precision")
        }
        _ => true,
    }
}

/// Constructs that are stored as operators or functions.
fn operators(expr: Expr) -> Expr {
    match expr {
        Expr::Binary {
            operator,
            left,
            right,
        } => {
            let like = |kind: LikeKind, negated: bool, right: Expr| {
                let (pattern, escape) = match right {
                    Expr::Function { name, args }
                        if name.len() == 1
                            && matches!(name[0].as_str(), "like_escape" | "similar_to_escape") =>
                    {
                        let mut args = args.into_iter();
                        (args.next().unwrap_or(Expr::Null), args.next())
                    }
                    other => (other, None),
                };
                Expr::Like {
                    operand: left.clone(),
                    pattern: pattern.into(),
                    escape: escape.map(Box::new),
                    kind,
                    negated,
                }
            };
            let similar = matches!(right.as_ref(), Expr::Function { name, .. }
                if name.len() == 1 && name[0] == "similar_to_escape");
            match operator.as_str() {
                "~~" => like(LikeKind::Like, false, *right),
                "!~~" => like(LikeKind::Like, true, *right),
                "~~*" => like(LikeKind::Ilike, false, *right),
                "!~~*" => like(LikeKind::Ilike, true, *right),
                "~" if similar => like(LikeKind::SimilarTo, false, *right),
                "!~" if similar => like(LikeKind::SimilarTo, true, *right),
                _ => Expr::Binary {
                    operator,
                    left,
                    right,
                },
            }
        }
        Expr::Quantified {
            operand,
            operator,
            quantifier,
            array,
        } => match (operator.as_str(), quantifier, *array) {
            ("=", Quantifier::Any, Expr::Array(list)) if !list.is_empty() => Expr::In {
                operand,
                list,
                negated: false,
            },
            ("<>", Quantifier::All, Expr::Array(list)) if !list.is_empty() => Expr::In {
                operand,
                list,
                negated: true,
            },
            (_, _, array) => Expr::Quantified {
                operand,
                operator,
                quantifier,
                array: array.into(),
            },
        },
        Expr::Function { name, mut args } if name.len() == 1 => {
            match (name[0].as_str(), args.len()) {
                ("timezone", 2) => {
                    let operand = args.remove(1).into();
                    Expr::AtTimeZone {
                        operand,
                        zone: args.remove(0).into(),
                    }
                }
                _ => Expr::Function { name, args },
            }
        }
        other => other,
    }
}

/// Constructs that are stored as others.
fn shapes(expr: Expr) -> Expr {
    match expr {
        Expr::And(list) => Expr::and(list),
        Expr::Or(list) => Expr::or(list),
        Expr::Binary {
            operator,
            left,
            right,
        } => match (operator.as_str(), *left, *right) {
            ("=", condition, Expr::Bool(true)) | ("=", Expr::Bool(true), condition) => condition,
            ("=", condition, Expr::Bool(false)) | ("=", Expr::Bool(false), condition) => {
                condition.negate()
            }
            ("<>", condition, Expr::Bool(false)) | ("<>", Expr::Bool(false), condition) => {
                condition
            }
            ("<>", condition, Expr::Bool(true)) | ("<>", Expr::Bool(true), condition) => {
                condition.negate()
            }
            ("=", Expr::Row(left), Expr::Row(right)) if left.len() == right.len() => {
                Expr::and(pairwise("=", left, right))
            }
            ("<>", Expr::Row(left), Expr::Row(right)) if left.len() == right.len() => {
                Expr::or(pairwise("<>", left, right))
            }
            (_, left, right) => Expr::binary(&operator, left, right),
        },
        Expr::Between {
            operand,
            low,
            high,
            symmetric,
            negated,
        } => {
            let range = |low: &Expr, high: &Expr| {
                let (lower, upper) = if negated { ("<", ">") } else { (">=", "<=") };
                let parts = vec![
                    Expr::binary(lower, (*operand).clone(), low.clone()),
                    Expr::binary(upper, (*operand).clone(), high.clone()),
                ];
                if negated {
                    Expr::or(parts)
                } else {
                    Expr::and(parts)
                }
            };
            match (symmetric, negated) {
                (false, _) => range(&low, &high),
                (true, false) => Expr::or(vec![range(&low, &high), range(&high, &low)]),
                (true, true) => Expr::and(vec![range(&low, &high), range(&high, &low)]),
            }
        }
        Expr::IsDistinctFrom {
            left,
            right,
            negated: true,
        } => Expr::IsDistinctFrom {
            left,
            right,
            negated: false,
        }
        .negate(),
        Expr::In {
            operand,
            list,
            negated,
        } => membership(*operand, list, negated),
        Expr::Case {
            operand,
            branches,
            otherwise,
        } => Expr::Case {
            operand,
            branches,
            otherwise: otherwise.filter(|otherwise| **otherwise != Expr::Null),
        },
        Expr::Unary { operator, operand } if operator == "-" => match *operand {
            Expr::Integer(number) => match number.checked_neg() {
                Some(number) => Expr::Integer(number),
                None => Expr::Unary { operator, operand },
            },
            Expr::Numeric(ref text) => Expr::Numeric(match text.strip_prefix('-') {
                Some(positive) => positive.to_owned(),
                None => format!("-{text}"),
            }),
            _ => Expr::Unary { operator, operand },
        },
        other => other,
    }
}

/// A list of values is compared at once, where it can be; the others one by one. Follows
/// transformAExprIn of the server's parse_expr.c.
fn membership(operand: Expr, list: Vec<Expr>, negated: bool) -> Expr {
    let operator = if negated { "<>" } else { "=" };
    let join = |parts: Vec<Expr>| {
        if negated {
            Expr::and(parts)
        } else {
            Expr::or(parts)
        }
    };
    let is_row = matches!(operand, Expr::Row(_));
    let constant = |item: &Expr| item.columns().is_empty();
    let together = list.iter().filter(|item| constant(item)).count();
    let one_by_one = |items: Vec<Expr>| {
        let compare = |item| shapes(Expr::binary(operator, operand.clone(), item));
        items.into_iter().map(compare).collect::<Vec<_>>()
    };
    if is_row || together <= 1 {
        return join(one_by_one(list));
    }
    let (constants, others): (Vec<_>, Vec<_>) = list.into_iter().partition(constant);
    let first = Expr::In {
        operand: operand.clone().into(),
        list: constants,
        negated,
    };
    join([vec![first], one_by_one(others)].concat())
}

fn pairwise(operator: &str, left: Vec<Expr>, right: Vec<Expr>) -> Vec<Expr> {
    left.into_iter()
        .zip(right)
        .map(|(a, b)| shapes(Expr::binary(operator, a, b)))
        .collect()
}
