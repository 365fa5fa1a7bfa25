//! The bodies of functions and procedures.

use std::collections::BTreeSet;
use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{CreateFunctionStmt, Node};
use pgwright_catalog::{Argument, ArgumentMode, ObjectId, QualifiedName, Routine, RoutineBody};

use super::function_option::Options;
use crate::analyze::deparse::{self, FunctionBody};
use crate::analyze::tree::Type;
use crate::analyze::{
    CatalogEnvironment, Rename, Undecided, function_body, parse_type, references_of_query,
    rename_in_query,
};
use crate::read::expression;
use crate::read::failure::Failure;
use crate::read::note::NoteKind;
use crate::read::state::State;

/// The body that a statement gives.
pub(super) fn body(
    state: &State,
    s: &CreateFunctionStmt,
    name: &QualifiedName,
    routine: &Routine,
    options: &Options,
) -> Result<(RoutineBody, BTreeSet<ObjectId>), Failure> {
    if let Some(node) = s.sql_body.as_deref() {
        if options.body.is_some() {
            return Err(Failure::new("duplicate function body specified"));
        }
        let (text, needed) = standard(state, node, name, routine)?;
        return Ok((RoutineBody::Sql(text), needed));
    }
    let Some(parts) = &options.body else {
        return Err(Failure::new("no function body specified"));
    };
    let first = parts.first().cloned().unwrap_or_default();
    let body = match (routine.language.as_str(), parts.get(1)) {
        ("c", Some(symbol)) => RoutineBody::C(first, symbol.clone()),
        ("c", None) => RoutineBody::C(first, name.name.as_str().to_owned()),
        (_, Some(_)) => {
            return Err(Failure::new(format!(
                "only one AS item needed for language \"{}\"",
                routine.language
            )));
        }
        ("internal", None) if first.is_empty() => RoutineBody::Text(name.name.as_str().to_owned()),
        _ => RoutineBody::Text(first),
    };
    // A body in a string is looked at only when it runs, and needs nothing.
    Ok((body, BTreeSet::new()))
}

/// A standard SQL body: `RETURN …` or `BEGIN ATOMIC … END`, with what it speaks of.
fn standard(
    state: &State,
    node: &Node,
    name: &QualifiedName,
    routine: &Routine,
) -> Result<(String, BTreeSet<ObjectId>), Failure> {
    match analysed(state, node, name, routine) {
        Ok(stored) => Ok(stored),
        Err(undecided) => {
            if let Some(failure) = state.refused(&undecided) {
                return Err(failure);
            }
            state.note(
                NoteKind::Undecided,
                format!("the body of {name} is kept as it is written: {undecided}"),
                None,
            );
            Ok((written(node)?, BTreeSet::new()))
        }
    }
}

fn analysed(
    state: &State,
    node: &Node,
    name: &QualifiedName,
    routine: &Routine,
) -> Result<(String, BTreeSet<ObjectId>), Undecided> {
    let environment = state.environment();
    let parameters = parameters(&environment, routine)?;
    let body = function_body(node, name.name.as_str(), &parameters, &environment)?;
    let names: Vec<Option<Arc<str>>> = routine.arguments.iter().map(argument_name).collect();
    let text = deparse::deparse_body(&body, name.name.as_str(), &names)?;
    let mut needed = BTreeSet::new();
    match &body {
        FunctionBody::Return(query) => {
            needed.extend(state.referred(&references_of_query(query)));
        }
        FunctionBody::Atomic(queries) => {
            for query in queries {
                needed.extend(state.referred(&references_of_query(query)));
            }
        }
    }
    Ok((text.trim().to_owned(), needed))
}

fn argument_name(argument: &Argument) -> Option<Arc<str>> {
    argument.name.as_ref().map(|name| Arc::from(name.as_str()))
}

/// A stored body after something that it names has another name.
pub(super) fn renamed(
    state: &State,
    name: &QualifiedName,
    routine: &Routine,
    text: &str,
    rename: &Rename,
) -> Option<String> {
    // The parser knows a body only as part of its function.
    let statement = format!("CREATE FUNCTION f() RETURNS void {text}");
    let parsed = crate::parse::statements(&statement).ok()?;
    let node = parsed.into_iter().next()?.stmt?.node?;
    let NodeEnum::CreateFunctionStmt(statement) = node else {
        return None;
    };
    let none: [&str; 0] = [];
    let environment = CatalogEnvironment::new(&state.catalog, &none);
    let parameters = parameters(&environment, routine).ok()?;
    let mut body = function_body(
        statement.sql_body.as_deref()?,
        name.name.as_str(),
        &parameters,
        &environment,
    )
    .ok()?;
    match &mut body {
        FunctionBody::Return(query) => rename_in_query(query, rename),
        FunctionBody::Atomic(queries) => {
            queries
                .iter_mut()
                .for_each(|query| rename_in_query(query, rename));
        }
    }
    let names: Vec<Option<Arc<str>>> = routine.arguments.iter().map(argument_name).collect();
    let text = deparse::deparse_body(&body, name.name.as_str(), &names).ok()?;
    Some(text.trim().to_owned())
}

/// The name of an input argument, its type and type modifier.
type Parameter = (Option<Arc<str>>, Type, i32);

/// The input arguments.
fn parameters(
    environment: &CatalogEnvironment<'_>,
    routine: &Routine,
) -> Result<Vec<Parameter>, Undecided> {
    let mut parameters = Vec::new();
    for argument in &routine.arguments {
        if matches!(argument.mode, ArgumentMode::Out | ArgumentMode::Table) {
            continue;
        }
        let (data_type, typmod) = parse_type(environment, &argument.data_type)?;
        parameters.push((argument_name(argument), data_type, typmod));
    }
    Ok(parameters)
}

/// The body as it is written.
fn written(node: &Node) -> Result<String, Failure> {
    match node.node.as_ref() {
        Some(NodeEnum::ReturnStmt(statement)) => match statement.returnval.as_deref() {
            Some(value) => Ok(format!("RETURN {}", expression::written(value)?)),
            None => Err(Failure::new("a value is missing")),
        },
        Some(NodeEnum::List(list)) => {
            let mut text = "BEGIN ATOMIC\n".to_owned();
            for statement in statements(&list.items) {
                if let NodeEnum::ReturnStmt(statement) = statement {
                    if let Some(value) = statement.returnval.as_deref() {
                        text.push_str(&format!(" RETURN {};\n", expression::written(value)?));
                    }
                    continue;
                }
                let written = expression::written_statement(statement.clone())?;
                text.push_str(&format!(" {written};\n"));
            }
            text.push_str("END");
            Ok(text)
        }
        _ => Err(Failure::not_understood(
            "the body of this function is not read",
        )),
    }
}

/// The statements of a body, which the grammar holds as a list of lists.
fn statements(items: &[Node]) -> Vec<&NodeEnum> {
    items
        .iter()
        .flat_map(|item| match item.node.as_ref() {
            Some(NodeEnum::List(list)) => statements(&list.items),
            Some(node) => vec![node],
            None => Vec::new(),
        })
        .collect()
}
