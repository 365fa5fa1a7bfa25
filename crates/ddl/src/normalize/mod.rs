//! The normal form of expressions and queries: one text for what is written and for what a server
//! prints of it.
//!
//! PostgreSQL stores an expression as a tree and prints it anew: with its own parentheses, with the
//! casts that its operators needed, with some constructs replaced by others. Two texts that mean the
//! same thus differ. Their normal forms are equal when they differ only in
//!
//! - parentheses, letter case of keywords and function names, `!=` for `<>`;
//! - casts of constants (`'a'::text`, `(0)::numeric`, `'-1'::integer`), and casts of operands and
//!   arguments to the types that operators are resolved to (`(v)::text`, `(i)::numeric`); where such a
//!   cast would change the result (`i::numeric / 2`), it is kept;
//! - the spelling of types (`int4`, `varchar`, `timestamptz`), of numbers (`0.50`), dates, times and
//!   intervals (`'1 hour'`, `'01:00:00'`);
//! - `IN` and `= ANY (ARRAY[…])`, `NOT IN` and `<> ALL (ARRAY[…])`, one-element lists, rows compared
//!   column by column; `BETWEEN` and two comparisons; `LIKE` and `~~` and their relatives;
//! - nested AND in AND and OR in OR; `b = true` and `b`, `b = false` and `NOT b`;
//! - `pg_catalog.` and the schemas of a search path before functions, operators, types and collations;
//! - `trim`, `extract`, `AT TIME ZONE` and their function forms; a `CASE` without ELSE.
//!
//! What stays different although it means the same: the order of operands, De Morgan's laws, `now()`
//! and `CURRENT_TIMESTAMP`, expressions inside subqueries. Different normal forms therefore prove
//! nothing, equal ones nearly everything: constants of different types are not told apart.

mod constant;
mod query;
mod rules;

use crate::expr::{Expr, parse_expression};

pub use query::normal_query;

/// The normal form of an expression. `CHECK (…)` around it, as `pg_get_constraintdef` prints it, is
/// left out; names qualified by a schema of `search_path` lose the schema. A text that is no
/// expression comes back as it is, trimmed.
///
/// ```
/// use pgwright_ddl::normalize::normal_expression;
/// let designed = "status IN ('draft', 'sent') AND total >= 0";
/// let printed = "CHECK ((((status)::text = ANY ((ARRAY['draft'::character varying, \
///                'sent'::character varying])::text[])) AND (total >= (0)::numeric)))";
/// assert_eq!(normal_expression(designed, &[]), normal_expression(printed, &[]));
/// ```
pub fn normal_expression(sql: &str, search_path: &[&str]) -> String {
    let text = sql.trim();
    let text = text.strip_suffix("NOT VALID").unwrap_or(text).trim_end();
    let text = text.strip_suffix("NO INHERIT").unwrap_or(text).trim_end();
    let inside = text
        .get(.."CHECK".len())
        .filter(|word| word.eq_ignore_ascii_case("check"));
    let text = match inside {
        Some(word) if text[word.len()..].trim_start().starts_with('(') => &text[word.len()..],
        _ => text,
    };
    match parse_expression(text) {
        Ok(expr) => normal(&expr, search_path).to_sql(),
        Err(_) => sql.trim().to_owned(),
    }
}

/// The normal form of an expression that has been read.
pub fn normal(expr: &Expr, search_path: &[&str]) -> Expr {
    // One rule may make room for another; the rules only ever make an expression smaller or plainer,
    // and a bound keeps any mistake in them from looping.
    let mut expr = expr.clone();
    for _ in 0..4 {
        let next = rules::apply(&expr, search_path);
        if next == expr {
            break;
        }
        expr = next;
    }
    expr
}

/// The normal form of a type name: `int4` and `integer`, `varchar(20)` and `character varying(20)`.
/// A text that is no type name comes back as it is, trimmed.
pub fn normal_type(sql: &str) -> String {
    match parse_expression(&format!("NULL::{}", sql.trim())) {
        Ok(Expr::Cast { operand, type_name }) if *operand == Expr::Null => type_name,
        _ => sql.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests;
