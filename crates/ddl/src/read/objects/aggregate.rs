//! Aggregate functions.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::NodeEnum;
use pg_query::protobuf::{DefineStmt, FunctionParameter, Node};
use pgwright_catalog::{
    Aggregate, Argument, ArgumentMode, ObjectId, QualifiedName, RoutineSignature, quote_literal,
};

use super::nodes::Written;
use super::options::{self, DefinedOption};
use super::{function, nodes};
use crate::read::failure::Failure;
use crate::read::names::strings;
use crate::read::state::State;

/// CREATE [OR REPLACE] AGGREGATE.
pub(super) fn create(state: &mut State, s: &DefineStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.defnames))?;
    let (mut arguments, direct) = arguments(state, s)?;
    let mut parameters = BTreeMap::new();
    let mut hypothetical = false;
    for option in options::options(&s.definition) {
        let name = option.name().to_lowercase();
        if name == "basetype" {
            arguments = base_type(state, option)?;
            continue;
        }
        if name == "hypothetical" {
            hypothetical = option.truth();
        }
        if let Some((name, value)) = parameter(state, &name, option)? {
            parameters.insert(name, value);
        }
    }
    leave_out_defaults(&mut parameters, direct.is_some());
    if hypothetical {
        parameters.insert("hypothetical".to_owned(), "true".to_owned());
    }
    let signature = RoutineSignature::new(
        name,
        arguments.iter().map(|argument| argument.data_type.clone()),
    );
    let id = ObjectId::Aggregate(signature.clone());
    let before = state.catalog.aggregates.get(&signature).cloned();
    if (before.is_some() && !s.replace) || state.catalog.routines.contains_key(&signature) {
        return Err(Failure::new(format!(
            "function \"{}\" already exists with same argument types",
            signature.name.name
        )));
    }
    let needed = uses(state, &arguments, &parameters, s);
    let mut held = Aggregate::new(arguments, parameters);
    held.direct_arguments = direct;
    held.owner = state.new_owner();
    state.touch(&id);
    match before {
        Some(before) => {
            held.owner = before.owner;
            held.comment = before.comment;
            held.grants = before.grants;
            state.catalog.aggregates.insert(signature, held);
        }
        None => {
            state.catalog.aggregates.insert(signature, held);
            state.set_initial_privileges(&id);
        }
    }
    state.set_uses(id, needed);
    Ok(())
}

/// The arguments, and how many are direct for an ordered-set aggregate.
fn arguments(state: &mut State, s: &DefineStmt) -> Result<(Vec<Argument>, Option<usize>), Failure> {
    let parameters = match s.args.first() {
        Some(node) => nodes::items(node),
        None => &[],
    };
    let mut arguments = Vec::new();
    for parameter in parameters.iter().filter_map(parameter_of) {
        arguments.push(function::argument(state, parameter, true)?);
    }
    let direct = s.args.get(1).and_then(|node| match node.node.as_ref()? {
        NodeEnum::Integer(number) => usize::try_from(number.ival).ok(),
        _ => None,
    });
    Ok((arguments, direct))
}

fn parameter_of(node: &Node) -> Option<&FunctionParameter> {
    match node.node.as_ref()? {
        NodeEnum::FunctionParameter(parameter) => Some(parameter),
        _ => None,
    }
}

/// The one argument of the old form; `ANY` is none.
fn base_type(state: &State, option: DefinedOption<'_>) -> Result<Vec<Argument>, Failure> {
    let text = option.text();
    if text.eq_ignore_ascii_case("any") || text == "*" {
        return Ok(Vec::new());
    }
    let data_type = match option.node() {
        Some(node) => state.node_type(node)?,
        None => return Ok(Vec::new()),
    };
    Ok(vec![Argument {
        mode: ArgumentMode::In,
        name: None,
        data_type,
        default: None,
    }])
}

/// A parameter's name as the manual has it, and its value as SQL.
fn parameter(
    state: &State,
    name: &str,
    option: DefinedOption<'_>,
) -> Result<Option<(String, String)>, Failure> {
    let name = match name {
        "sfunc1" => "sfunc",
        "stype1" => "stype",
        "initcond1" => "initcond",
        other => other,
    };
    let value = match name {
        "sfunc" | "finalfunc" | "combinefunc" | "serialfunc" | "deserialfunc" | "msfunc"
        | "minvfunc" | "mfinalfunc" => state.function_text(&option.written()),
        "stype" | "mstype" => match option.node() {
            Some(node) => state.node_type(node)?,
            None => return Ok(None),
        },
        "sspace" | "mspace" | "msspace" => option.text(),
        "initcond" | "minitcond" => quote_literal(&option.text()),
        "finalfunc_extra" | "mfinalfunc_extra" => {
            return Ok(option.truth().then(|| (name.to_owned(), "true".to_owned())));
        }
        "finalfunc_modify" | "mfinalfunc_modify" | "parallel" => option.text().to_lowercase(),
        "sortop" => operator(state, &option.written()),
        "hypothetical" => return Ok(None),
        _ => return Ok(None),
    };
    Ok(Some((name.to_owned(), value)))
}

/// `OPERATOR(schema.name)`.
fn operator(state: &State, written: &Written) -> String {
    let name = state.operator_named(written);
    format!("OPERATOR({}.{})", name.schema.quoted(), name.name)
}

/// What is said by default is not held.
fn leave_out_defaults(parameters: &mut BTreeMap<String, String>, ordered_set: bool) {
    let usual = if ordered_set {
        "read_write"
    } else {
        "read_only"
    };
    for (name, value) in [
        ("finalfunc_modify", usual),
        ("mfinalfunc_modify", usual),
        ("parallel", "unsafe"),
        ("sspace", "0"),
        ("msspace", "0"),
    ] {
        if parameters.get(name).is_some_and(|held| held == value) {
            parameters.remove(name);
        }
    }
}

fn uses(
    state: &State,
    arguments: &[Argument],
    parameters: &BTreeMap<String, String>,
    s: &DefineStmt,
) -> BTreeSet<ObjectId> {
    let mut needed: BTreeSet<ObjectId> = arguments
        .iter()
        .map(|argument| argument.data_type.as_str())
        .chain(parameters.get("stype").map(String::as_str))
        .chain(parameters.get("mstype").map(String::as_str))
        .filter_map(|text| state.type_object(text))
        .collect();
    for option in options::options(&s.definition) {
        if option.name().to_lowercase().ends_with("func") {
            let function: QualifiedName = state.function_named(&option.written());
            needed.extend(state.function_objects(&function));
        }
    }
    needed
}
