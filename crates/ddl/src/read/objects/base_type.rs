//! Base types and shell types.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::protobuf::{AlterTypeStmt, DefineStmt};
use pgwright_catalog::{ObjectId, TypeKind, quote_literal};

use super::address::Address;
use super::nodes;
use super::options::{self, DefinedOption};
use crate::read::failure::Failure;
use crate::read::names::strings;
use crate::read::state::State;

/// CREATE TYPE name, and CREATE TYPE name (…).
pub(super) fn create(state: &mut State, s: &DefineStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.defnames))?;
    if s.definition.is_empty() {
        if state.catalog.types.contains_key(&name) {
            return Err(Failure::exists("type", name.name.as_str()));
        }
        return state.insert_type(name, TypeKind::Shell);
    }
    let id = ObjectId::Type(name.clone());
    match state.catalog.types.get(&name).map(|held| &held.kind) {
        Some(TypeKind::Shell) => {}
        Some(_) => return Err(Failure::exists("type", name.name.as_str())),
        None => {
            return Err(Failure::new(format!("type \"{}\" does not exist", name.name))
                .hint("Create the type as a shell type, then create its I/O functions, then do a full CREATE TYPE."));
        }
    }
    let mut parameters = BTreeMap::new();
    for option in options::options(&s.definition) {
        apply(state, &mut parameters, option)?;
    }
    if !parameters.contains_key("input") {
        return Err(Failure::new("type input function must be specified"));
    }
    if !parameters.contains_key("output") {
        return Err(Failure::new("type output function must be specified"));
    }
    leave_out_defaults(&mut parameters);
    let mut needed = BTreeSet::new();
    for option in options::options(&s.definition) {
        if FUNCTIONS.contains(&option.name().to_lowercase().as_str()) {
            let function = state.function_named(&option.written());
            needed.extend(state.function_objects(&function));
        }
    }
    state.touch(&id);
    if let Some(held) = state.catalog.types.get_mut(&name) {
        held.kind = TypeKind::Base(parameters);
    }
    // Its functions name the type, which names them: the type is first there as a shell.
    state.set_uses(id, needed);
    Ok(())
}

const FUNCTIONS: [&str; 8] = [
    "input",
    "output",
    "receive",
    "send",
    "typmod_in",
    "typmod_out",
    "analyze",
    "subscript",
];

fn apply(
    state: &State,
    parameters: &mut BTreeMap<String, String>,
    option: DefinedOption<'_>,
) -> Result<(), Failure> {
    let name = option.name().to_lowercase();
    let value = match name.as_str() {
        name if FUNCTIONS.contains(&name) => {
            if option.node().is_none() {
                parameters.remove(name);
                return Ok(());
            }
            state.function_text(&option.written())
        }
        "like" => {
            if let Some(node) = option.node() {
                like(state, parameters, &state.node_type(node)?);
            }
            return Ok(());
        }
        "internallength" => match option.text().to_ascii_lowercase().as_str() {
            "variable" | "-1" => "VARIABLE".to_owned(),
            other => other.to_owned(),
        },
        "passedbyvalue" | "collatable" | "preferred" => option.truth().to_string(),
        "alignment" => alignment(&option.text())?.to_owned(),
        "storage" => option.text().to_ascii_lowercase(),
        "category" | "delimiter" | "default" => quote_literal(&option.text()),
        "element" => match option.node() {
            Some(node) => state.node_type(node)?,
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    parameters.insert(name, value);
    Ok(())
}

/// The words that the manual knows for an alignment.
fn alignment(word: &str) -> Result<&'static str, Failure> {
    Ok(match word.to_ascii_lowercase().as_str() {
        "double" | "float8" | "pg_catalog.float8" => "double",
        "int4" | "pg_catalog.int4" => "int4",
        "int2" | "pg_catalog.int2" => "int2",
        "char" | "pg_catalog.bpchar" => "char",
        other => {
            return Err(Failure::new(format!(
                "alignment \"{other}\" not recognized"
            )));
        }
    })
}

/// LIKE: length, passing, alignment and storage of another type.
fn like(state: &State, parameters: &mut BTreeMap<String, String>, other: &str) {
    let taken = ["internallength", "passedbyvalue", "alignment", "storage"];
    if let Some(ObjectId::Type(name)) = state.type_object(other)
        && let Some(TypeKind::Base(of)) = state.catalog.types.get(&name).map(|held| &held.kind)
    {
        for name in taken {
            if let Some(value) = of.get(name) {
                parameters
                    .entry(name.to_owned())
                    .or_insert_with(|| value.clone());
            }
        }
        return;
    }
    let Some((length, by_value, alignment, storage)) = physical(other) else {
        return;
    };
    for (name, value) in taken
        .into_iter()
        .zip([length, by_value, alignment, storage])
    {
        parameters
            .entry(name.to_owned())
            .or_insert_with(|| value.to_owned());
    }
}

/// Length, passing, alignment and storage of PostgreSQL's own types that others are made like.
fn physical(name: &str) -> Option<(&'static str, &'static str, &'static str, &'static str)> {
    Some(match name {
        "boolean" | "\"char\"" => ("1", "true", "char", "plain"),
        "smallint" => ("2", "true", "int2", "plain"),
        "integer" | "real" | "oid" | "date" => ("4", "true", "int4", "plain"),
        "bigint"
        | "double precision"
        | "timestamp without time zone"
        | "timestamp with time zone"
        | "time without time zone"
        | "money" => ("8", "true", "double", "plain"),
        "uuid" => ("16", "false", "char", "plain"),
        "interval" | "point" => ("16", "false", "double", "plain"),
        "name" => ("64", "false", "char", "plain"),
        "text" | "character varying" | "bytea" | "json" | "xml" | "character" | "jsonb" => {
            ("VARIABLE", "false", "int4", "extended")
        }
        "numeric" | "inet" | "cidr" => ("VARIABLE", "false", "int4", "main"),
        _ => return None,
    })
}

fn leave_out_defaults(parameters: &mut BTreeMap<String, String>) {
    for (name, usual) in [
        ("internallength", "VARIABLE"),
        ("passedbyvalue", "false"),
        ("alignment", "int4"),
        ("storage", "plain"),
        ("category", "'U'"),
        ("preferred", "false"),
        ("delimiter", "','"),
        ("collatable", "false"),
        ("subscript", "raw_array_subscript_handler"),
    ] {
        if parameters.get(name).is_some_and(|held| held == usual) {
            parameters.remove(name);
        }
    }
}

/// ALTER TYPE … SET (…).
pub(super) fn alter(state: &mut State, s: &AlterTypeStmt) -> Result<(), Failure> {
    let Address::Held(id) = state.type_address(&nodes::written(&s.type_name))? else {
        return Ok(());
    };
    let ObjectId::Type(name) = id.clone() else {
        return Ok(());
    };
    let Some(TypeKind::Base(parameters)) = state.catalog.types.get(&name).map(|held| &held.kind)
    else {
        return Err(Failure::new(format!(
            "\"{}\" is not a base type",
            name.name
        )));
    };
    let mut parameters = parameters.clone();
    for option in options::options(&s.options) {
        apply(state, &mut parameters, option)?;
    }
    leave_out_defaults(&mut parameters);
    state.touch(&id);
    if let Some(held) = state.catalog.types.get_mut(&name) {
        held.kind = TypeKind::Base(parameters);
    }
    Ok(())
}
