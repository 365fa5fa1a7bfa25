//! Storage parameters and other lists of `name = value`.

use std::collections::BTreeMap;

use pg_query::NodeEnum;
use pg_query::protobuf::{DefElem, DefElemAction, Node, a_const};
use pgwright_catalog::Table;

use crate::read::failure::Failure;
use crate::read::names::strings;

/// The options among nodes.
pub(super) fn elements(nodes: &[Node]) -> impl Iterator<Item = &DefElem> {
    nodes.iter().filter_map(|node| match node.node.as_ref()? {
        NodeEnum::DefElem(element) => Some(element.as_ref()),
        _ => None,
    })
}

/// The value of an option as the server keeps it; one without value is true.
pub(super) fn value(option: &DefElem) -> String {
    match option.arg.as_deref() {
        Some(node) => node_text(node),
        None => "true".to_owned(),
    }
}

/// The text of a node that stands for a value.
fn node_text(node: &Node) -> String {
    match node.node.as_ref() {
        Some(NodeEnum::String(text)) => text.sval.clone(),
        Some(NodeEnum::Integer(number)) => number.ival.to_string(),
        Some(NodeEnum::Float(number)) => number.fval.clone(),
        Some(NodeEnum::Boolean(truth)) => truth.boolval.to_string(),
        Some(NodeEnum::AConst(constant)) => match &constant.val {
            Some(a_const::Val::Sval(text)) => text.sval.clone(),
            Some(a_const::Val::Ival(number)) => number.ival.to_string(),
            Some(a_const::Val::Fval(number)) => number.fval.clone(),
            Some(a_const::Val::Boolval(truth)) => truth.boolval.to_string(),
            _ => String::new(),
        },
        Some(NodeEnum::TypeName(name)) => strings(&name.names)
            .into_iter()
            .filter(|part| *part != "pg_catalog")
            .collect::<Vec<_>>()
            .join("."),
        Some(NodeEnum::List(list)) => strings(&list.items).join("."),
        Some(NodeEnum::AStar(_)) => "*".to_owned(),
        _ => String::new(),
    }
}

/// The name of a storage parameter with its namespace: `toast.autovacuum_enabled`.
fn name(option: &DefElem) -> String {
    if option.defnamespace.is_empty() {
        option.defname.clone()
    } else {
        format!("{}.{}", option.defnamespace, option.defname)
    }
}

/// `WITH (…)` of a relation. `oids` is a word of old versions.
pub(super) fn storage(nodes: &[Node]) -> Result<BTreeMap<String, String>, Failure> {
    let mut options = BTreeMap::new();
    set(&mut options, nodes)?;
    Ok(options)
}

/// SET (…).
pub(super) fn set(options: &mut BTreeMap<String, String>, nodes: &[Node]) -> Result<(), Failure> {
    for option in elements(nodes) {
        if option.defname == "oids" && option.defnamespace.is_empty() {
            if matches!(value(option).as_str(), "true" | "on" | "1") {
                return Err(Failure::new("tables declared WITH OIDS are not supported"));
            }
            continue;
        }
        options.insert(name(option), value(option));
    }
    Ok(())
}

/// RESET (…).
pub(super) fn reset(options: &mut BTreeMap<String, String>, nodes: &[Node]) {
    for option in elements(nodes) {
        options.remove(&name(option));
    }
}

/// `OPTIONS (ADD …, SET …, DROP …)` of foreign objects.
pub(super) fn foreign(
    options: &mut BTreeMap<String, String>,
    nodes: &[Node],
) -> Result<(), Failure> {
    for option in elements(nodes) {
        let held = options.contains_key(&option.defname);
        match option.defaction() {
            DefElemAction::DefelemDrop | DefElemAction::DefelemSet if !held => {
                return Err(Failure::missing("option", &option.defname)
                    .hint("the option must be there to be set or dropped"));
            }
            DefElemAction::DefelemDrop => {
                options.remove(&option.defname);
            }
            DefElemAction::DefelemSet => {
                options.insert(option.defname.clone(), value(option));
            }
            _ if held => {
                return Err(Failure::new(format!(
                    "option \"{}\" provided more than once",
                    option.defname
                )));
            }
            _ => {
                options.insert(option.defname.clone(), value(option));
            }
        }
    }
    Ok(())
}

/// Leaves out the options of a TOAST table that the table does not have.
pub(super) fn leave_out_toast(table: &mut Table) {
    if !has_toast(table) {
        table.options.retain(|name, _| !name.starts_with("toast."));
    }
}

/// Whether a table has a TOAST table: some value can be moved out, and a row may be too long.
fn has_toast(table: &Table) -> bool {
    /// A quarter of a page, less its head.
    const THRESHOLD: usize = 2032;
    let mut length = 32;
    let mut can_move = false;
    for column in &table.columns {
        let own = super::column::type_storage(&column.data_type);
        let storage = column.storage.as_deref().unwrap_or(own);
        can_move |= storage != "PLAIN";
        length += match maximum_length(&column.data_type) {
            Some(length) => length,
            None if storage == "PLAIN" => THRESHOLD,
            None => return true,
        };
    }
    can_move && length > THRESHOLD
}

/// The longest value of a type in bytes, when it is bounded.
fn maximum_length(data_type: &str) -> Option<usize> {
    let modifier = || {
        let (_, rest) = data_type.split_once('(')?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    };
    if data_type.ends_with("[]") {
        return None;
    }
    match super::operator_class::internal_name(data_type).as_str() {
        // Four bytes a character, and a head.
        "varchar" | "bpchar" => Some(modifier()? * 4 + 4),
        "bit" | "varbit" => Some(modifier()? / 8 + 9),
        "numeric" => Some(modifier()? / 2 + 10),
        "bool" | "char" => Some(1),
        "int2" => Some(2),
        "int4" | "float4" | "date" | "oid" => Some(4),
        "int8" | "float8" | "timestamp" | "timestamptz" | "time" | "money" => Some(8),
        "timetz" => Some(12),
        "uuid" | "interval" => Some(16),
        "name" => Some(64),
        _ => None,
    }
}
