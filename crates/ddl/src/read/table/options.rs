//! Storage parameters and other lists of `name = value`.

use std::collections::BTreeMap;

use pg_query::NodeEnum;
use pg_query::protobuf::{DefElem, DefElemAction, Node, a_const};

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
