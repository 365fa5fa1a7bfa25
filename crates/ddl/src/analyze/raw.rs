//! Reading the parser's raw tree: names and lists in it.

use pg_query::NodeEnum;
use pg_query::protobuf::{Alias as RawAlias, Node};

use super::tree::Alias;

/// The text of a name.
pub(crate) fn string(node: &Node) -> Option<&str> {
    match node.node.as_ref() {
        Some(NodeEnum::String(string)) => Some(&string.sval),
        _ => None,
    }
}

/// The texts of a list of names.
pub(crate) fn strings(nodes: &[Node]) -> Vec<String> {
    nodes.iter().filter_map(string).map(str::to_owned).collect()
}

/// An alias of FROM.
pub(crate) fn alias(raw: Option<&RawAlias>) -> Option<Alias> {
    raw.map(|alias| Alias {
        name: alias.aliasname.clone(),
        columns: strings(&alias.colnames),
    })
}

/// Whether a list of fields or of indirections ends in `*`.
pub(crate) fn ends_in_star(nodes: &[Node]) -> bool {
    matches!(
        nodes.last().and_then(|node| node.node.as_ref()),
        Some(NodeEnum::AStar(_))
    )
}

/// A reference to a column by its name alone.
pub(crate) fn column_reference(name: &str) -> Node {
    use pg_query::protobuf::{ColumnRef, String};
    Node {
        node: Some(NodeEnum::ColumnRef(ColumnRef {
            fields: vec![Node {
                node: Some(NodeEnum::String(String {
                    sval: name.to_owned(),
                })),
            }],
            location: -1,
        })),
    }
}
