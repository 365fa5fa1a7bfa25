//! The bodies of functions and procedures.

use pg_query::NodeEnum;
use pg_query::protobuf::{CreateFunctionStmt, Node};
use pgwright_catalog::{QualifiedName, Routine, RoutineBody, RoutineSignature};

use super::function_option::Options;
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
) -> Result<RoutineBody, Failure> {
    if let Some(node) = s.sql_body.as_deref() {
        if options.body.is_some() {
            return Err(Failure::new("duplicate function body specified"));
        }
        return Ok(RoutineBody::Sql(standard(state, node, name, routine)?));
    }
    let Some(parts) = &options.body else {
        return Err(Failure::new("no function body specified"));
    };
    let first = parts.first().cloned().unwrap_or_default();
    Ok(match (routine.language.as_str(), parts.get(1)) {
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
    })
}

/// A standard SQL body: `RETURN …` or `BEGIN ATOMIC … END`.
fn standard(
    state: &State,
    node: &Node,
    name: &QualifiedName,
    routine: &Routine,
) -> Result<String, Failure> {
    let _ = (name, routine);
    let undecided = || {
        state.note(
            NoteKind::Undecided,
            "the body of this function is kept as it is written",
            None,
        );
    };
    match node.node.as_ref() {
        Some(NodeEnum::ReturnStmt(statement)) => {
            let Some(value) = statement.returnval.as_deref() else {
                return Err(Failure::new("a value is missing"));
            };
            undecided();
            Ok(format!("RETURN {}", expression::written(value)?))
        }
        Some(NodeEnum::List(list)) => {
            undecided();
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
        _ => Err(Failure::not_understood("the body of this function is not read")),
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

impl State {
    /// Says what the standard SQL body of a routine speaks of. A body in a string is looked at only when it
    /// runs, and needs nothing.
    pub(in crate::read) fn record_body_uses(&mut self, signature: &RoutineSignature) {
        let _ = signature;
    }
}
