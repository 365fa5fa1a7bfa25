//! Writing expressions as SQL, with the parentheses that PostgreSQL's precedence asks for.

use super::{Expr, LikeKind, OtherKind, Quantifier, Truth};
use crate::quote;

/// Binding strength, from the precedence table of PostgreSQL's grammar (gram.y); higher binds tighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Or,
    And,
    Not,
    Is,
    Comparison,
    Like,
    Operator,
    Additive,
    Multiplicative,
    Power,
    At,
    Collate,
    UnaryMinus,
    Cast,
    Primary,
}

/// What a side of an operator must bind at least.
#[derive(Clone, Copy)]
enum Bound {
    AtLeast(Strength),
    Above(Strength),
}

impl Expr {
    /// The expression as SQL on one line.
    ///
    /// ```
    /// use pgwright_ddl::expr::parse_expression;
    /// let expr = parse_expression("((A) = 1) or ((b) in ('x') and not (c = d))")?;
    /// assert_eq!(expr.to_sql(), "a = 1 OR b IN ('x') AND NOT c = d");
    /// # Ok::<(), pgwright_ddl::SyntaxError>(())
    /// ```
    pub fn to_sql(&self) -> String {
        let mut out = String::new();
        write(self, &mut out);
        out
    }
}

fn strength(expr: &Expr) -> Strength {
    match expr {
        Expr::Or(list) if list.len() > 1 => Strength::Or,
        Expr::And(list) if list.len() > 1 => Strength::And,
        Expr::Or(list) | Expr::And(list) => list.first().map_or(Strength::Primary, strength),
        Expr::Not(_) => Strength::Not,
        Expr::IsNull { .. } | Expr::IsTruth { .. } | Expr::IsDistinctFrom { .. } => Strength::Is,
        Expr::Binary { operator, .. } => operator_strength(operator),
        Expr::Unary { operator, .. } if operator == "-" || operator == "+" => Strength::UnaryMinus,
        Expr::Unary { .. } => Strength::Operator,
        Expr::In { .. } | Expr::Between { .. } | Expr::Like { .. } => Strength::Like,
        Expr::Quantified { operator, .. } => match like_words(operator) {
            Some(_) => Strength::Like,
            None => operator_strength(operator),
        },
        Expr::AtTimeZone { .. } => Strength::At,
        Expr::Collate { .. } => Strength::Collate,
        Expr::Integer(number) if *number < 0 => Strength::UnaryMinus,
        Expr::Numeric(number) if number.starts_with('-') => Strength::UnaryMinus,
        Expr::Cast { .. } => Strength::Cast,
        // `(a, b) OVERLAPS (c, d)` takes no part in the table; parentheses are never wrong.
        Expr::Function { .. } if is_overlaps(expr) => Strength::Is,
        Expr::Other {
            kind: OtherKind::Anything,
            ..
        } => Strength::Or,
        Expr::Other {
            kind: OtherKind::Subquery,
            sql,
        } if !is_enclosed(sql) => Strength::Or,
        _ => Strength::Primary,
    }
}

/// Whether a subquery's text is `(…)`, `EXISTS (…)` or `ARRAY(…)`, and not an operator's operand.
fn is_enclosed(sql: &str) -> bool {
    use pg_query::protobuf::Token as T;
    let tokens = crate::parse::tokens(sql).unwrap_or_default();
    let skipped = usize::from(
        tokens
            .first()
            .is_some_and(|t| matches!(t.token(), T::Exists | T::Array)),
    );
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(skipped) {
        match token.token() {
            T::Ascii40 => depth += 1,
            T::Ascii41 => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index + 1 == tokens.len() && token.token() == T::Ascii41;
        }
    }
    false
}

fn operator_strength(operator: &str) -> Strength {
    match operator {
        "=" | "<" | ">" | "<=" | ">=" | "<>" => Strength::Comparison,
        "+" | "-" => Strength::Additive,
        "*" | "/" | "%" => Strength::Multiplicative,
        "^" => Strength::Power,
        _ => Strength::Operator,
    }
}

fn operand(expr: &Expr, bound: Bound, out: &mut String) {
    let enough = match bound {
        Bound::AtLeast(least) => strength(expr) >= least,
        Bound::Above(limit) => strength(expr) > limit,
    };
    if enough {
        write(expr, out)
    } else {
        parenthesised(expr, out)
    }
}

fn parenthesised(expr: &Expr, out: &mut String) {
    out.push('(');
    write(expr, out);
    out.push(')');
}

fn list(items: &[Expr], out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(item, out);
    }
}

fn joined(items: &[Expr], word: &str, strength: Strength, empty: &str, out: &mut String) {
    match items {
        [] => out.push_str(empty),
        [one] => write(one, out),
        _ => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(word);
                }
                operand(item, Bound::Above(strength), out);
            }
        }
    }
}

fn call(name: &str, items: &[Expr], out: &mut String) {
    out.push_str(name);
    out.push('(');
    list(items, out);
    out.push(')');
}

fn write(expr: &Expr, out: &mut String) {
    match expr {
        Expr::Null => out.push_str("NULL"),
        Expr::Bool(true) => out.push_str("TRUE"),
        Expr::Bool(false) => out.push_str("FALSE"),
        Expr::Integer(number) => out.push_str(&number.to_string()),
        Expr::Numeric(number) => out.push_str(number),
        Expr::Text(text) => out.push_str(&quote::literal(text)),
        Expr::Parameter(number) => out.push_str(&format!("${number}")),
        Expr::Column(path) => out.push_str(&quote::path(path)),
        Expr::And(items) => joined(items, " AND ", Strength::And, "TRUE", out),
        Expr::Or(items) => joined(items, " OR ", Strength::Or, "FALSE", out),
        Expr::Not(inner) => {
            out.push_str("NOT ");
            operand(inner, Bound::AtLeast(Strength::Not), out);
        }
        Expr::Unary {
            operator,
            operand: inner,
        } => unary(operator, inner, out),
        Expr::Binary {
            operator,
            left,
            right,
        } => {
            let own = operator_strength(operator);
            let left_bound = if own == Strength::Comparison {
                Bound::Above(own)
            } else {
                Bound::AtLeast(own)
            };
            operand(left, left_bound, out);
            out.push(' ');
            out.push_str(&operator_sql(operator));
            out.push(' ');
            operand(right, Bound::Above(own), out);
        }
        Expr::IsDistinctFrom {
            left,
            right,
            negated,
        } => {
            operand(left, Bound::Above(Strength::Comparison), out);
            out.push_str(if *negated {
                " IS NOT DISTINCT FROM "
            } else {
                " IS DISTINCT FROM "
            });
            operand(right, Bound::Above(Strength::Comparison), out);
        }
        Expr::In {
            operand: inner,
            list: items,
            negated,
        } => {
            operand(inner, Bound::Above(Strength::Like), out);
            out.push_str(if *negated { " NOT IN (" } else { " IN (" });
            list(items, out);
            out.push(')');
        }
        Expr::Between {
            operand: inner,
            low,
            high,
            symmetric,
            negated,
        } => {
            operand(inner, Bound::Above(Strength::Like), out);
            out.push_str(if *negated {
                " NOT BETWEEN "
            } else {
                " BETWEEN "
            });
            if *symmetric {
                out.push_str("SYMMETRIC ");
            }
            if is_restricted(low) {
                write(low, out)
            } else {
                parenthesised(low, out)
            }
            out.push_str(" AND ");
            operand(high, Bound::Above(Strength::Like), out);
        }
        Expr::IsNull {
            operand: inner,
            negated,
        } => {
            operand(inner, Bound::Above(Strength::Comparison), out);
            out.push_str(if *negated { " IS NOT NULL" } else { " IS NULL" });
        }
        Expr::IsTruth {
            operand: inner,
            truth,
            negated,
        } => {
            operand(inner, Bound::Above(Strength::Comparison), out);
            out.push_str(if *negated { " IS NOT " } else { " IS " });
            out.push_str(match truth {
                Truth::True => "TRUE",
                Truth::False => "FALSE",
                Truth::Unknown => "UNKNOWN",
            });
        }
        Expr::Like {
            operand: inner,
            pattern,
            escape,
            kind,
            negated,
        } => {
            operand(inner, Bound::Above(Strength::Like), out);
            out.push_str(if *negated { " NOT " } else { " " });
            out.push_str(match kind {
                LikeKind::Like => "LIKE ",
                LikeKind::Ilike => "ILIKE ",
                LikeKind::SimilarTo => "SIMILAR TO ",
            });
            operand(pattern, Bound::Above(Strength::Like), out);
            if let Some(escape) = escape {
                out.push_str(" ESCAPE ");
                operand(escape, Bound::Above(Strength::Like), out);
            }
        }
        Expr::Function { name, args } => match args.as_slice() {
            [a, b, c, d] if is_overlaps(expr) => {
                for (text, part) in [("(", a), (", ", b), (") OVERLAPS (", c), (", ", d)] {
                    out.push_str(text);
                    write(part, out);
                }
                out.push(')');
            }
            // The first argument of the function is the text that is searched.
            [text, part] if is_position(name) => {
                out.push_str("POSITION(");
                for (word, side) in [("", part), (" IN ", text)] {
                    out.push_str(word);
                    if is_restricted(side) {
                        write(side, out)
                    } else {
                        parenthesised(side, out)
                    }
                }
                out.push(')');
            }
            _ => call(&function_name(name), args, out),
        },
        Expr::Case {
            operand: inner,
            branches,
            otherwise,
        } => {
            out.push_str("CASE");
            if let Some(inner) = inner {
                out.push(' ');
                write(inner, out);
            }
            for (when, then) in branches {
                out.push_str(" WHEN ");
                write(when, out);
                out.push_str(" THEN ");
                write(then, out);
            }
            if let Some(otherwise) = otherwise {
                out.push_str(" ELSE ");
                write(otherwise, out);
            }
            out.push_str(" END");
        }
        Expr::Coalesce(items) => call("COALESCE", items, out),
        Expr::Greatest(items) => call("GREATEST", items, out),
        Expr::Least(items) => call("LEAST", items, out),
        Expr::Nullif(left, right) => {
            out.push_str("NULLIF(");
            write(left, out);
            out.push_str(", ");
            write(right, out);
            out.push(')');
        }
        Expr::Cast {
            operand: inner,
            type_name,
        } => {
            operand(inner, Bound::AtLeast(Strength::Cast), out);
            out.push_str("::");
            out.push_str(type_name);
        }
        Expr::Array(items) => {
            out.push_str("ARRAY[");
            list(items, out);
            out.push(']');
        }
        Expr::Row(items) => call("ROW", items, out),
        Expr::Extract { field, source } => {
            out.push_str("EXTRACT(");
            let plain = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_lowercase());
            out.push_str(&if plain {
                quote::identifier(field)
            } else {
                quote::literal(field)
            });
            out.push_str(" FROM ");
            write(source, out);
            out.push(')');
        }
        Expr::AtTimeZone {
            operand: inner,
            zone,
        } => {
            operand(inner, Bound::AtLeast(Strength::At), out);
            out.push_str(" AT TIME ZONE ");
            operand(zone, Bound::Above(Strength::At), out);
        }
        Expr::Collate {
            operand: inner,
            collation,
        } => {
            operand(inner, Bound::AtLeast(Strength::Collate), out);
            out.push_str(" COLLATE ");
            // A collation's name is quoted by habit: "C", "und-x-icu".
            out.push_str(&quote::path(collation));
        }
        Expr::SqlValue(name) => out.push_str(name),
        Expr::Quantified {
            operand: inner,
            operator,
            quantifier,
            array,
        } => {
            operand(inner, Bound::Above(Strength::Operator), out);
            out.push(' ');
            match like_words(operator) {
                Some(words) => out.push_str(words),
                None => out.push_str(&operator_sql(operator)),
            }
            out.push_str(match quantifier {
                Quantifier::Any => " ANY (",
                Quantifier::All => " ALL (",
            });
            write(array, out);
            out.push(')');
        }
        Expr::Other { sql, .. } => out.push_str(sql),
    }
}

fn unary(operator: &str, inner: &Expr, out: &mut String) {
    let own = match operator {
        "-" | "+" => Strength::UnaryMinus,
        _ => Strength::Operator,
    };
    let mut text = String::new();
    let bound = if own == Strength::UnaryMinus {
        Bound::AtLeast(own)
    } else {
        Bound::Above(own)
    };
    operand(inner, bound, &mut text);
    out.push_str(&operator_sql(operator));
    let first = text.chars().next().unwrap_or(' ');
    if own == Strength::UnaryMinus
        && (first.is_alphanumeric() || matches!(first, '(' | '\'' | '"' | '_' | '$'))
    {
        out.push_str(&text);
    } else if first == '-' || first == '+' {
        // Two signs together would start a comment or name another operator.
        out.push('(');
        out.push_str(&text);
        out.push(')');
    } else {
        out.push(' ');
        out.push_str(&text);
    }
}

/// A bare operator, or `OPERATOR(schema.+)` for a qualified one.
fn operator_sql(operator: &str) -> String {
    match operator.rsplit_once('.') {
        Some((schema, name)) if !schema.is_empty() => {
            format!("OPERATOR({}.{name})", quote::identifier(schema))
        }
        _ => operator.to_owned(),
    }
}

/// The words for the operators behind LIKE, which PostgreSQL gives where ANY or ALL follows.
fn like_words(operator: &str) -> Option<&'static str> {
    match operator {
        "~~" => Some("LIKE"),
        "!~~" => Some("NOT LIKE"),
        "~~*" => Some("ILIKE"),
        "!~~*" => Some("NOT ILIKE"),
        _ => None,
    }
}

fn is_overlaps(expr: &Expr) -> bool {
    matches!(expr, Expr::Function { name, args }
        if args.len() == 4 && name.len() == 2 && name[0] == "pg_catalog" && name[1] == "overlaps")
}

fn is_position(name: &[String]) -> bool {
    name.len() == 2 && name[0] == "pg_catalog" && name[1] == "position"
}

fn function_name(name: &[String]) -> String {
    match name {
        // These two have a call syntax of their own that also takes plain arguments.
        [one] if one == "substring" || one == "overlay" => one.clone(),
        [one] => quote::function_identifier(one),
        // After a dot every keyword is a name.
        [first, rest @ ..] => {
            let mut text = quote::identifier(first);
            for part in rest {
                text.push('.');
                text.push_str(&quote::identifier(part));
            }
            text
        }
        [] => String::new(),
    }
}

/// Whether the grammar takes the expression as the lower bound of BETWEEN (`b_expr`).
fn is_restricted(expr: &Expr) -> bool {
    match expr {
        Expr::Binary {
            left,
            right,
            operator,
        } => {
            operator_strength(operator) >= Strength::Operator
                && is_restricted_side(left, operator_strength(operator), false)
                && is_restricted_side(right, operator_strength(operator), true)
        }
        Expr::Unary { operand, .. } => strength(operand) >= Strength::Cast,
        _ => {
            let own = strength(expr);
            own == Strength::Primary || own == Strength::Cast || own == Strength::UnaryMinus
        }
    }
}

/// A side that will be parenthesised is fine whatever it is.
fn is_restricted_side(expr: &Expr, parent: Strength, right: bool) -> bool {
    let own = strength(expr);
    let bare = if right { own > parent } else { own >= parent };
    !bare || is_restricted(expr)
}
