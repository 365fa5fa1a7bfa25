//! From a definition as it was written to the text that a server prints of it.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, RuleStmt};

use super::deparse::{
    FunctionBody, deparse_body, deparse_element, deparse_expression, deparse_expression_flat,
    deparse_rule, deparse_trigger_condition, deparse_view,
};
use super::entry::{expression_node, parse_expression};
use super::tree::Type;
use super::{
    Analyzed, Environment, Place, Undecided, function_body, name_output_columns, query_node, rule,
};

impl Analyzed {
    /// The text that the server prints, for the place that the expression was analysed for.
    ///
    /// # Errors
    /// When the tree refers to what is not there.
    pub fn printed(&self, place: &Place) -> Result<String, Undecided> {
        match place {
            Place::TriggerWhen(_) => deparse_trigger_condition(&self.expr, &self.relations),
            Place::Element(_) => deparse_element(&self.expr, &self.relations),
            Place::ArgumentDefault(_) => deparse_expression_flat(&self.expr, &self.relations),
            _ => deparse_expression(&self.expr, &self.relations),
        }
    }
}

/// What the server prints of an expression.
///
/// # Errors
/// When the text is no expression, or something in it cannot be decided.
pub fn printed_expression(
    env: &dyn Environment,
    sql: &str,
    place: &Place,
) -> Result<String, Undecided> {
    printed_expression_node(env, &parse_expression(sql)?, place)
}

/// The same of a raw tree.
///
/// # Errors
/// As [`printed_expression`].
#[doc(hidden)]
pub fn printed_expression_node(
    env: &dyn Environment,
    node: &Node,
    place: &Place,
) -> Result<String, Undecided> {
    expression_node(env, node, place)?.printed(place)
}

/// What the server prints of a view's query, with a semicolon at the end. `names` are the names of the
/// first columns, where the view gives them.
///
/// # Errors
/// When the text is no single query, or something in it cannot be decided.
pub fn printed_view(
    env: &dyn Environment,
    sql: &str,
    names: &[String],
) -> Result<String, Undecided> {
    printed_view_node(env, &single_statement(sql)?, names)
}

/// The same of a raw tree.
///
/// # Errors
/// As [`printed_view`].
#[doc(hidden)]
pub fn printed_view_node(
    env: &dyn Environment,
    node: &NodeEnum,
    names: &[String],
) -> Result<String, Undecided> {
    let mut query = query_node(node, env)?;
    name_output_columns(&mut query, names);
    deparse_view(&query, None)
}

/// What the server prints of a `CREATE RULE`.
///
/// # Errors
/// When the text is no `CREATE RULE`, or something in it cannot be decided.
pub fn printed_rule(env: &dyn Environment, sql: &str) -> Result<String, Undecided> {
    match single_statement(sql)? {
        NodeEnum::RuleStmt(statement) => printed_rule_node(env, &statement),
        _ => Err(Undecided::new("a text that is no rule")),
    }
}

/// The same of a raw tree.
///
/// # Errors
/// As [`printed_rule`].
#[doc(hidden)]
pub fn printed_rule_node(env: &dyn Environment, statement: &RuleStmt) -> Result<String, Undecided> {
    deparse_rule(&rule(statement, env)?)
}

/// An argument of a function with an SQL body.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyArgument {
    /// The name.
    pub name: Option<Arc<str>>,
    /// The type.
    pub data_type: Type,
    /// Whether the body can refer to it: an IN, INOUT or VARIADIC argument.
    pub input: bool,
}

/// What the server prints of a function's body: `RETURN …` or `BEGIN ATOMIC … END`.
///
/// # Errors
/// When the text is no such body, or something in it cannot be decided.
pub fn printed_body(
    env: &dyn Environment,
    sql: &str,
    function: &str,
    arguments: &[BodyArgument],
) -> Result<String, Undecided> {
    let sql = format!("CREATE FUNCTION f() RETURNS void LANGUAGE sql {sql}");
    match single_statement(&sql)? {
        NodeEnum::CreateFunctionStmt(statement) => match statement.sql_body.as_deref() {
            Some(body) => printed_body_node(env, body, function, arguments),
            None => Err(Undecided::new("a text that is no body")),
        },
        _ => Err(Undecided::new("a text that is no body")),
    }
}

/// The same of a raw tree.
///
/// # Errors
/// As [`printed_body`].
#[doc(hidden)]
pub fn printed_body_node(
    env: &dyn Environment,
    body: &Node,
    function: &str,
    arguments: &[BodyArgument],
) -> Result<String, Undecided> {
    let parameters: Vec<_> = arguments
        .iter()
        .filter(|argument| argument.input)
        .map(|argument| (argument.name.clone(), argument.data_type.clone(), -1))
        .collect();
    let body: FunctionBody = function_body(body, function, &parameters, env)?;
    let names: Vec<_> = arguments.iter().map(|a| a.name.clone()).collect();
    deparse_body(&body, function, &names)
}

fn single_statement(sql: &str) -> Result<NodeEnum, Undecided> {
    let statements = crate::parse::statements(sql).map_err(|error| Undecided {
        what: error.message,
        position: Some(error.offset),
    })?;
    let mut statements = statements.into_iter();
    match (statements.next(), statements.next()) {
        (Some(statement), None) => statement.stmt.and_then(|node| node.node),
        _ => None,
    }
    .ok_or_else(|| Undecided::new("a text that is no single statement"))
}
