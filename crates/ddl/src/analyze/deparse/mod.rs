//! Printing of analysed trees, exactly as PostgreSQL 18 prints them.
//!
//! What `pg_get_viewdef(view)`, `pg_get_expr(tree, table)`, `pg_get_ruledef(rule)` and their like give
//! with an empty search path: names are qualified but for those of `pg_catalog`, every operator stands
//! in parentheses, and queries are broken into lines. Two schemas that mean the same thing thus have
//! the same text, whatever it was written like.

mod call;
mod clause;
mod columns;
mod constant;
mod expression;
mod from;
mod json;
mod layout;
mod modify;
mod namespace;
mod printer;
mod query;
mod table_function;
mod variable;
mod xml;

use std::sync::Arc;

use pgwright_catalog::quote_identifier;

use super::Undecided;
use super::tree::{Const, Expr, Query, RangeTableEntry};
use namespace::Namespace;
use printer::{Printer, State};

/// An expression of a table's definition: a check, a default, a predicate, a policy.
///
/// `relations` are what its columns belong to: the table, or nothing.
///
/// # Errors
/// When the tree refers to columns or relations that are not there.
pub fn deparse_expression(expr: &Expr, relations: &[RangeTableEntry]) -> Result<String, Undecided> {
    in_relations(expr, relations, State::outside(true, 0, false))
}

/// The same on one line, as the defaults of function arguments are printed.
///
/// # Errors
/// As [`deparse_expression`].
pub fn deparse_expression_flat(
    expr: &Expr,
    relations: &[RangeTableEntry],
) -> Result<String, Undecided> {
    in_relations(expr, relations, State::outside(false, 0, false))
}

/// An element of an index, a partition key or a statistics object: in parentheses, unless it is a
/// column or printed as a function call.
///
/// # Errors
/// As [`deparse_expression`].
pub fn deparse_element(expr: &Expr, relations: &[RangeTableEntry]) -> Result<String, Undecided> {
    let text = deparse_expression(expr, relations)?;
    let column = matches!(expr, Expr::Var(var) if var.attno != 0);
    Ok(if column || expression::looks_like_function(expr) {
        text
    } else {
        format!("({text})")
    })
}

/// The condition of a trigger, over `old` and `new`.
///
/// # Errors
/// As [`deparse_expression`].
pub fn deparse_trigger_condition(
    expr: &Expr,
    relations: &[RangeTableEntry],
) -> Result<String, Undecided> {
    in_relations(
        expr,
        relations,
        State::outside(true, layout::STANDARD, true),
    )
}

/// A value of a partition's bound: without its type, which is the key's.
pub fn deparse_bound_value(constant: &Const) -> String {
    let mut printer = Printer::new(State::outside(true, 0, false));
    printer.bare_constant(constant);
    printer.out
}

/// A query, without a semicolon at the end. `names` are the names of a view's columns, where they may
/// differ from those of the query.
///
/// # Errors
/// As [`deparse_expression`].
pub fn deparse_query(query: &Query, names: Option<&[Arc<str>]>) -> Result<String, Undecided> {
    let mut printer = Printer::new(State::outside(true, 0, false));
    printer.query(query, names.map(Arc::from), true, 0)?;
    Ok(printer.out)
}

/// The text of a view, as `pg_get_viewdef` gives it. `names` are the names of its columns, where they
/// differ from those of the query: all operands of UNION are printed with them.
///
/// # Errors
/// As [`deparse_expression`].
pub fn deparse_view(query: &Query, names: Option<&[Arc<str>]>) -> Result<String, Undecided> {
    let own: Vec<Arc<str>>;
    let names = match names {
        Some(names) => names,
        None => {
            let outputs = query.targets.iter().filter(|target| !target.junk);
            own = outputs.filter_map(|target| target.name.clone()).collect();
            &own
        }
    };
    Ok(deparse_query(query, Some(names))? + ";")
}

/// The body of a function written in SQL and stored as a tree.
#[derive(Debug, Clone, PartialEq)]
pub enum FunctionBody {
    /// `RETURN expression`: a query without FROM.
    Return(Box<Query>),
    /// `BEGIN ATOMIC … END`.
    Atomic(Vec<Query>),
}

/// Such a body, for a function of a name with its arguments' names (of all modes).
///
/// # Errors
/// As [`deparse_expression`].
pub fn deparse_body(
    body: &FunctionBody,
    function: &str,
    arguments: &[Option<Arc<str>>],
) -> Result<String, Undecided> {
    let one_line = matches!(body, FunctionBody::Return(_));
    let mut printer = Printer::new(State::outside(!one_line, 0, false));
    printer
        .namespaces
        .push(Namespace::of_function(function, arguments));
    match body {
        FunctionBody::Return(query) => {
            printer.query(query, None, false, 0)?;
        }
        FunctionBody::Atomic(statements) => {
            printer.put("BEGIN ATOMIC\n");
            for statement in statements {
                printer.query(statement, None, false, 1)?;
                printer.put(";\n");
            }
            printer.put("END");
        }
    }
    Ok(printer.out)
}

/// A rewrite rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The name.
    pub name: String,
    /// `SELECT`, `INSERT`, `UPDATE` or `DELETE`.
    pub event: &'static str,
    /// The schema of the relation.
    pub schema: Arc<str>,
    /// The relation.
    pub relation: Arc<str>,
    /// WHERE, over `old` and `new`, which are entries 1 and 2 of the actions' range tables.
    pub condition: Option<Expr>,
    /// INSTEAD, as opposed to ALSO.
    pub instead: bool,
    /// The actions; one of [`Command::Nothing`](super::tree::Command) for NOTHING.
    pub actions: Vec<Query>,
}

/// `CREATE RULE`, as `pg_get_ruledef` gives it.
///
/// # Errors
/// As [`deparse_expression`].
pub fn deparse_rule(rule: &Rule) -> Result<String, Undecided> {
    let mut printer = Printer::new(State::outside(true, 0, false));
    printer.put(&format!(
        "CREATE RULE {} AS\n    ON {} TO {}.{}",
        quote_identifier(&rule.name),
        rule.event,
        quote_identifier(&rule.schema),
        quote_identifier(&rule.relation)
    ));
    if let Some(condition) = &rule.condition {
        printer.put("\n   WHERE ");
        let query = rule.actions.first().map(old_and_new_of);
        let query = query.ok_or_else(|| query::missing("action"))?;
        let prefix = query.range_table.len() != 1;
        printer.namespaces.push(Namespace::of_query(query, &[])?);
        printer.state = State::outside(true, layout::STANDARD, prefix);
        printer.expression(condition, false)?;
        printer.namespaces.pop();
        printer.state = State::outside(true, 0, false);
    }
    printer.put(if rule.instead { " DO INSTEAD " } else { " DO " });
    match &rule.actions[..] {
        [only] => {
            printer.query(only, None, true, 0)?;
            printer.put(";");
        }
        actions => {
            printer.put("(");
            for action in actions {
                printer.query(action, None, true, 0)?;
                printer.put(";\n");
            }
            printer.put(");");
        }
    }
    Ok(printer.out)
}

/// The query whose range table begins with `old` and `new`: of INSERT … SELECT it is the SELECT.
fn old_and_new_of(query: &Query) -> &Query {
    let select = query
        .range_table
        .iter()
        .find_map(|entry| match &entry.kind {
            super::tree::RteKind::Subquery(select) => Some(&**select),
            _ => None,
        });
    let own = query
        .range_table
        .first()
        .is_some_and(|entry| entry.eref.name == "old");
    match select {
        Some(select) if !own && query.command == super::tree::Command::Insert => select,
        _ => query,
    }
}

fn in_relations<'a>(
    expr: &'a Expr,
    relations: &'a [RangeTableEntry],
    state: State<'a>,
) -> Result<String, Undecided> {
    let mut printer = Printer::new(state);
    if !relations.is_empty() {
        printer.namespaces.push(Namespace::of_relations(relations)?);
    }
    printer.expression(expr, false)?;
    Ok(printer.out)
}
