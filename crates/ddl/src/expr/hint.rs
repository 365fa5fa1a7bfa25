//! Hints for the usual slips in expressions.

use pg_query::NodeEnum;
use pg_query::protobuf::{AExprKind, BoolExprType, Token as T};

use super::ColumnPosition;
use super::read::operator_name;
use crate::error::SyntaxError;
use crate::parse::{Token, text_of};
use crate::tree;

/// Slips that can be told from the tokens alone, and that PostgreSQL would read as something else.
pub(super) fn slip(sql: &str, tokens: &[Token]) -> Option<SyntaxError> {
    for (index, token) in tokens.iter().enumerate() {
        let place = token.start.max(0) as usize;
        let text = text_of(sql, token);
        let error = |message: &str| SyntaxError::at(sql, place, message);
        match token.token() {
            T::Ascii59 => {
                let last = index + 1 == tokens.len();
                let message = "one expression is expected, without a semicolon";
                return Some(if last {
                    error(message).with_hint("leave the semicolon out")
                } else {
                    error(message)
                });
            }
            T::Op if text == "==" || text == "===" => {
                return Some(
                    error(&format!("no such operator: {text}"))
                        .with_hint("equality is written with one ="),
                );
            }
            T::Op if text == "!" => {
                return Some(error("no such operator: !").with_hint("negation is written NOT"));
            }
            T::ColonEquals => {
                return Some(
                    error("a comparison is expected, not an assignment")
                        .with_hint("equality is written with one ="),
                );
            }
            _ => {}
        }
    }
    None
}

/// Operators of other languages that PostgreSQL's grammar reads, but never as what was meant.
pub(super) fn foreign_operator(sql: &str, node: &NodeEnum) -> Option<SyntaxError> {
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        if let NodeEnum::AExpr(expr) = node {
            let name = operator_name(&expr.name);
            let sides = [expr.lexpr.as_deref(), expr.rexpr.as_deref()];
            let boolean = sides
                .into_iter()
                .flatten()
                .filter_map(|side| side.node.as_ref());
            if (name == "&&" || name == "||") && boolean.clone().any(is_boolean) {
                let place = (expr.location.max(0) as usize).saturating_sub("SELECT ".len());
                return Some(misused(sql, place, &name));
            }
        }
        if !matches!(node, NodeEnum::SelectStmt(_)) {
            pending.extend(tree::children(node));
        }
    }
    None
}

/// `&&` or `||` where AND or OR is meant.
fn misused(sql: &str, place: usize, operator: &str) -> SyntaxError {
    let (meaning, word) = match operator {
        "&&" => ("overlap", "AND"),
        _ => ("concatenation", "OR"),
    };
    SyntaxError::at(sql, place, format!("{operator} is {meaning}, not {word}"))
        .with_hint(format!("write {word} between conditions"))
}

/// Whether a node is certainly a condition.
fn is_boolean(node: &NodeEnum) -> bool {
    match node {
        NodeEnum::BoolExpr(expr) => expr.boolop() != BoolExprType::Undefined,
        NodeEnum::NullTest(_) | NodeEnum::BooleanTest(_) => true,
        NodeEnum::AExpr(expr) => match expr.kind() {
            AExprKind::AexprOp => {
                let name = operator_name(&expr.name);
                matches!(name.as_str(), "=" | "<>" | "<" | ">" | "<=" | ">=")
            }
            AExprKind::AexprNullif => false,
            _ => true,
        },
        _ => false,
    }
}

/// Adds a hint to an error that the parser found, where the tokens around it show a usual slip.
pub(super) fn with_hint(sql: &str, tokens: &[Token], error: SyntaxError) -> SyntaxError {
    if error.hint.is_some() {
        return error;
    }
    let at = tokens.partition_point(|token| (token.start.max(0) as usize) < error.offset);
    let text = |index: usize| tokens.get(index).map_or("", |token| text_of(sql, token));
    let is_name = |index: usize| {
        tokens.get(index).is_some_and(|token| {
            token.token() == T::Ident
                || token.keyword_kind() == pg_query::protobuf::KeywordKind::UnreservedKeyword
        })
    };
    if let Some(token) = tokens
        .iter()
        .find(|token| token.token() == T::Op && matches!(text_of(sql, token), "&&" | "||"))
    {
        let mixed = tokens.iter().any(|token| {
            matches!(
                token.token(),
                T::Ascii60
                    | T::Ascii61
                    | T::Ascii62
                    | T::LessEquals
                    | T::GreaterEquals
                    | T::NotEquals
                    | T::Is
            )
        });
        if mixed {
            return misused(sql, token.start.max(0) as usize, text_of(sql, token));
        }
    }
    if error.message.ends_with("at end of input") {
        let last = tokens.len().wrapping_sub(1);
        let opened = tokens
            .iter()
            .filter(|token| token.token() == T::Ascii40)
            .count();
        let closed = tokens
            .iter()
            .filter(|token| token.token() == T::Ascii41)
            .count();
        return if opened > closed {
            error.with_hint("a closing parenthesis is missing")
        } else {
            let hint = format!("something must follow \"{}\"", text(last));
            error.with_hint(hint)
        };
    }
    if text(at) == "=>" {
        return error.with_hint("at least is written >=");
    }
    let before = at.wrapping_sub(1);
    // A chain of comparisons: 0 < a < 10.
    let comparison = |index: usize| {
        tokens.get(index).is_some_and(|token| {
            matches!(
                token.token(),
                T::Ascii60
                    | T::Ascii61
                    | T::Ascii62
                    | T::LessEquals
                    | T::GreaterEquals
                    | T::NotEquals
            )
        })
    };
    if comparison(at) && at >= 2 && comparison(at - 2) {
        return error.with_hint("comparisons do not chain: write a < b AND b < c, or BETWEEN");
    }
    if text(at) == ")" {
        let opened = tokens[..at]
            .iter()
            .filter(|token| token.token() == T::Ascii40)
            .count();
        let closed = tokens[..at]
            .iter()
            .filter(|token| token.token() == T::Ascii41)
            .count();
        if closed >= opened {
            return error.with_hint("this parenthesis closes nothing");
        }
    }
    if comparison(at) && comparison(before) {
        let hint = match (text(before), text(at)) {
            ("=", ">") => "at least is written >=".to_owned(),
            ("=", "<") => "at most is written <=".to_owned(),
            _ => "equality is written with one =".to_owned(),
        };
        return error.with_hint(hint);
    }
    // `status = in progress`: the words around the place, up to a comparison.
    let is_word = |index: usize| {
        tokens.get(index).is_some_and(|token| {
            let joins = matches!(token.token(), T::And | T::Or | T::Not | T::Is | T::NullP);
            let keyword = token.keyword_kind() != pg_query::protobuf::KeywordKind::NoKeyword;
            token.token() == T::Ident || keyword && !joins
        })
    };
    let first = (0..at)
        .rev()
        .take_while(|index| is_word(*index))
        .last()
        .unwrap_or(at);
    let words: Vec<_> = (first..tokens.len())
        .take_while(|index| is_word(*index))
        .collect();
    if let (true, [first, .., last]) = (comparison(first.wrapping_sub(1)), words.as_slice()) {
        let (start, end) = (tokens[*first].start.max(0), tokens[*last].end.max(0));
        let value = sql.get(start as usize..end as usize).unwrap_or_default();
        return error.with_hint(format!("text values take single quotes: '{value}'"));
    }
    // `customer name = 'x'`: PostgreSQL stops at or after the second word.
    for (first, second) in [(before, at), (before.wrapping_sub(1), before)] {
        if is_name(first) && is_name(second) {
            let (first, second) = (text(first), text(second));
            return error.with_hint(format!(
                "a name has no spaces: {first}_{second}, or \"{first} {second}\" in double quotes"
            ));
        }
    }
    // A reserved word where a value is expected: `from = 1`, `status = end`.
    let in_case = tokens.iter().any(|token| token.token() == T::Case);
    if let Some(token) = tokens.get(at) {
        use pg_query::protobuf::KeywordKind as K;
        if matches!(
            token.keyword_kind(),
            K::ReservedKeyword | K::TypeFuncNameKeyword
        ) && !matches!(token.token(), T::And | T::Or)
            && !(in_case && matches!(token.token(), T::Then | T::When | T::Else | T::EndP))
        {
            let word = text(at);
            let name =
                format!("{word} is a reserved word; as a name it takes double quotes: \"{word}\"");
            return if comparison(before) {
                error.with_hint(format!("{name}; as a text value single ones: '{word}'"))
            } else {
                error.with_hint(name)
            };
        }
    }
    error
}

/// A hint for a name that stands for no column: text that lacks its single quotes looks like one.
///
/// ```
/// use pgwright_ddl::expr::{hint_for_unknown_name, parse_expression_with_columns};
/// let parsed = parse_expression_with_columns("status = \"in progress\"")?;
/// let hint = hint_for_unknown_name(&parsed.columns[1]);
/// assert_eq!(hint.as_deref(), Some("double quotes make a name; for a text value write 'in progress'"));
/// # Ok::<(), pgwright_ddl::SyntaxError>(())
/// ```
pub fn hint_for_unknown_name(reference: &ColumnPosition) -> Option<String> {
    let [name] = reference.path.as_slice() else {
        return None;
    };
    let value = crate::quote::literal(name);
    Some(if reference.quoted {
        format!("double quotes make a name; for a text value write {value}")
    } else {
        format!("if a text value is meant, write {value}")
    })
}
