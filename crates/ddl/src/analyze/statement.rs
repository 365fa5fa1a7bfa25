//! Entry points for whole statements: queries of views, bodies of functions, rules.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{CmdType, Node, NotifyStmt, RuleStmt};

use super::deparse::{FunctionBody, Rule};
use super::from::{add_entry, entry_of_relation, find_relation, query_columns};
use super::query::{analyze_statement, condition, finish};
use super::targets::{plain_target, resolve_unknowns};
use super::tree::{Alias, Command, Query, RangeTableEntry, RteColumn, Type};
use crate::quote;

use super::{Environment, ExprKind, NamespaceItem, ParseState, Relation, Undecided};

/// Analyses the text of one query: SELECT, VALUES, or a data-modifying statement.
///
/// # Errors
/// When something in it cannot be decided surely, or the text is no single query.
pub fn query(sql: &str, environment: &dyn Environment) -> Result<Query, Undecided> {
    one_query(sql, &mut ParseState::new(environment, None))
}

/// Analyses the text of one query with parameters (`$1` …), as PREPARE does: the type of each is what the
/// place it stands in asks for, place by place.
///
/// # Errors
/// As [`query`].
pub fn prepared_query(sql: &str, environment: &dyn Environment) -> Result<Query, Undecided> {
    let mut state = ParseState::new(environment, None);
    state.open_parameters = true;
    one_query(sql, &mut state)
}

fn one_query(sql: &str, state: &mut ParseState<'_>) -> Result<Query, Undecided> {
    let mut statements = crate::parse::statements(sql).map_err(|error| Undecided {
        what: error.message,
        position: Some(error.offset),
    })?;
    let statement = match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => statement.stmt,
        _ => None,
    };
    match statement.and_then(|node| node.node) {
        Some(node) => analyze_statement(state, &node),
        None => Err(Undecided::new("a text that is no single query")),
    }
}

/// Analyses a query of a raw tree.
pub(crate) fn query_node(
    node: &NodeEnum,
    environment: &dyn Environment,
) -> Result<Query, Undecided> {
    analyze_statement(&mut ParseState::new(environment, None), node)
}

/// The output columns of a query: what a view of it has, or a table made from it.
#[must_use]
pub fn output_columns(query: &Query) -> Vec<RteColumn> {
    query_columns(query)
}

/// The names of the output columns, with which all operands of a view's UNION are printed.
#[must_use]
pub fn output_names(query: &Query) -> Vec<Arc<str>> {
    let columns = query_columns(query).into_iter();
    columns.map(|column| column.name).collect()
}

/// Gives names to the first output columns, as `CREATE VIEW v (a, b) AS …` does.
pub fn name_output_columns(query: &mut Query, names: &[String]) {
    let outputs = query.targets.iter_mut().filter(|target| !target.junk);
    for (target, name) in outputs.zip(names) {
        target.name = Some(name.as_str().into());
    }
}

/// Analyses the body of a function that is written in SQL and not quoted: `RETURN …`, or
/// `BEGIN ATOMIC … END`. `parameters` are the names, types and type modifiers of the input arguments.
pub(crate) fn function_body(
    body: &Node,
    function: &str,
    parameters: &[(Option<Arc<str>>, Type, i32)],
    environment: &dyn Environment,
) -> Result<FunctionBody, Undecided> {
    let state = || {
        let mut state = ParseState::new(environment, None);
        state.parameters = parameters.to_vec();
        state.function_name = Some(function.into());
        state
    };
    match body.node.as_ref() {
        Some(NodeEnum::ReturnStmt(statement)) => {
            let Some(value) = statement.returnval.as_deref() else {
                return Err(Undecided::new("RETURN of nothing"));
            };
            let mut state = state();
            let expr = state.expression(value, ExprKind::SelectTarget)?;
            let mut query = Query::new(Command::Select);
            query.is_return = true;
            query.targets.push(super::tree::TargetEntry {
                name: None,
                ..plain_target(1, "".into(), expr)
            });
            resolve_unknowns(&state, &mut query.targets)?;
            finish(&mut state, &mut query);
            Ok(FunctionBody::Return(Box::new(query)))
        }
        Some(NodeEnum::List(lists)) => {
            let mut statements = Vec::new();
            for list in &lists.items {
                let list = match list.node.as_ref() {
                    Some(NodeEnum::List(list)) => list,
                    Some(_) => return Err(Undecided::new("a function body of an unknown form")),
                    // A body without statements is a list of nothing.
                    None => continue,
                };
                for node in list.items.iter().filter_map(|node| node.node.as_ref()) {
                    statements.push(analyze_statement(&mut state(), node)?);
                }
            }
            Ok(FunctionBody::Atomic(statements))
        }
        _ => Err(Undecided::new("a function body of an unknown form")),
    }
}

/// Analyses CREATE RULE.
pub(crate) fn rule(statement: &RuleStmt, environment: &dyn Environment) -> Result<Rule, Undecided> {
    let event = match statement.event() {
        CmdType::CmdSelect => "SELECT",
        CmdType::CmdInsert => "INSERT",
        CmdType::CmdUpdate => "UPDATE",
        CmdType::CmdDelete => "DELETE",
        _ => return Err(Undecided::new("a rule for no command")),
    };
    let mut state = ParseState::new(environment, None);
    let relation = match &statement.relation {
        Some(range) => find_relation(&state, range)?,
        None => return Err(Undecided::new("a rule without a relation")),
    };
    add_old_and_new(&mut state, &relation, event, true)?;
    let condition = condition(
        &mut state,
        statement.where_clause.as_deref(),
        ExprKind::Where,
    )?;
    let mut actions = Vec::with_capacity(statement.actions.len());
    for node in statement
        .actions
        .iter()
        .filter_map(|node| node.node.as_ref())
    {
        let mut state = ParseState::new(environment, None);
        add_old_and_new(&mut state, &relation, event, false)?;
        actions.push(match node {
            NodeEnum::NotifyStmt(statement) => notify(&mut state, statement),
            _ => analyze_statement(&mut state, node)?,
        });
    }
    if actions.is_empty() {
        // NOTHING, with the rows that the condition refers to.
        let mut nothing = Query::new(Command::Nothing);
        finish(&mut state, &mut nothing);
        actions.push(nothing);
    }
    Ok(Rule {
        name: statement.rulename.clone(),
        event,
        schema: relation.schema.clone(),
        relation: relation.name.clone(),
        condition,
        instead: statement.instead,
        actions,
    })
}

/// NOTIFY, the only utility statement that a rule can have.
fn notify(state: &mut ParseState<'_>, statement: &NotifyStmt) -> Query {
    let mut text = format!("NOTIFY {}", quote::identifier(&statement.conditionname));
    if !statement.payload.is_empty() {
        text = format!("{text}, {}", quote::literal(&statement.payload));
    }
    let mut query = Query::new(Command::Utility);
    query.utility = Some(text);
    finish(state, &mut query);
    query
}

/// Adds `old` and `new`, which are the first entries of what belongs to a rule; those that the event
/// has can be referred to. A condition may name their columns alone, an action may not.
fn add_old_and_new(
    state: &mut ParseState<'_>,
    relation: &Relation,
    event: &str,
    columns_visible: bool,
) -> Result<(), Undecided> {
    for (name, has_row) in [
        ("old", matches!(event, "UPDATE" | "DELETE" | "SELECT")),
        ("new", matches!(event, "UPDATE" | "INSERT")),
    ] {
        let alias = Alias {
            name: name.to_owned(),
            columns: Vec::new(),
        };
        let entry = entry_of_relation(relation, Some(alias), false)?;
        let item = add_entry(
            state,
            RangeTableEntry {
                in_from: false,
                ..entry
            },
        );
        if has_row {
            state.namespace.push(NamespaceItem {
                columns_visible,
                ..item
            });
        }
    }
    Ok(())
}
