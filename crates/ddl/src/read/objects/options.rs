//! Lists of `name = value` that many statements carry (`DefElem`).

use pg_query::NodeEnum;
use pg_query::protobuf::{DefElem, DefElemAction, Node};

use super::nodes::{self, Written};

/// One option.
#[derive(Clone, Copy)]
pub(crate) struct DefinedOption<'a>(pub(crate) &'a DefElem);

/// The options of a list.
pub(crate) fn options(nodes: &[Node]) -> impl Iterator<Item = DefinedOption<'_>> {
    nodes.iter().filter_map(|node| match node.node.as_ref()? {
        NodeEnum::DefElem(option) => Some(DefinedOption(option)),
        _ => None,
    })
}

impl<'a> DefinedOption<'a> {
    /// The name, in lower case as the parser gives it unless it was quoted.
    pub(crate) fn name(self) -> &'a str {
        &self.0.defname
    }

    /// The value's node.
    pub(crate) fn node(self) -> Option<&'a Node> {
        self.0.arg.as_deref()
    }

    /// The value as text: names dotted, numbers and words as they are (`defGetString`). An option without a
    /// value is `true`.
    pub(crate) fn text(self) -> String {
        match self.node().and_then(|node| node.node.as_ref()) {
            None => "true".to_owned(),
            Some(NodeEnum::TypeName(type_name)) => nodes::strings(&type_name.names).join("."),
            Some(NodeEnum::List(list)) => nodes::strings(&list.items).join("."),
            Some(NodeEnum::AStar(_)) => "*".to_owned(),
            Some(_) => self
                .node()
                .and_then(nodes::constant_text)
                .unwrap_or_default(),
        }
    }

    /// The value as a truth value (`defGetBoolean`).
    pub(crate) fn truth(self) -> bool {
        !matches!(
            self.text().to_ascii_lowercase().as_str(),
            "false" | "off" | "0" | "no"
        )
    }

    /// The value as a dotted name: of a function, a type, an operator.
    pub(crate) fn written(self) -> Written {
        match self.node() {
            Some(node) => nodes::written_node(node),
            None => Written {
                schema: None,
                name: String::new(),
            },
        }
    }

    /// The values of a list.
    pub(crate) fn list(self) -> &'a [Node] {
        self.node().map(nodes::items).unwrap_or_default()
    }
}

/// Applies `OPTIONS (ADD a 'x', SET b 'y', DROP c)` to a map of options.
pub(crate) fn apply(
    options_written: &[Node],
    held: &mut std::collections::BTreeMap<String, String>,
) -> Result<(), String> {
    for option in options(options_written) {
        let name = option.name().to_owned();
        match option.0.defaction() {
            DefElemAction::DefelemDrop => {
                if held.remove(&name).is_none() {
                    return Err(format!("option \"{name}\" not found"));
                }
            }
            DefElemAction::DefelemSet => {
                if !held.contains_key(&name) {
                    return Err(format!("option \"{name}\" not found"));
                }
                held.insert(name, option.text());
            }
            _ => {
                if held.contains_key(&name) {
                    return Err(format!("option \"{name}\" provided more than once"));
                }
                held.insert(name, option.text());
            }
        }
    }
    Ok(())
}
