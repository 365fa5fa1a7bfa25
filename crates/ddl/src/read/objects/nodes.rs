//! Names, lists and roles as the raw parse tree holds them.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node, RangeVar, RoleSpec, RoleSpecType};
use pgwright_catalog::Name;

/// A name as it was written: with or without its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// The schema, when it was written.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}

/// The text of a string node.
pub(crate) fn string(node: &Node) -> Option<&str> {
    match node.node.as_ref()? {
        NodeEnum::String(text) => Some(&text.sval),
        _ => None,
    }
}

/// The texts of a list of string nodes.
pub(crate) fn strings(nodes: &[Node]) -> Vec<&str> {
    nodes.iter().filter_map(string).collect()
}

/// The items of a list node, or the node itself.
pub(crate) fn items(node: &Node) -> &[Node] {
    match node.node.as_ref() {
        Some(NodeEnum::List(list)) => &list.items,
        Some(_) => std::slice::from_ref(node),
        None => &[],
    }
}

/// A dotted name. The name of the database before that of the schema says nothing.
pub(crate) fn written(names: &[Node]) -> Written {
    let mut names = strings(names);
    let name = names.pop().unwrap_or_default().to_owned();
    Written {
        schema: names.pop().map(str::to_owned),
        name,
    }
}

/// A dotted name in a node: a list, a lone string, or a type's name.
pub(crate) fn written_node(node: &Node) -> Written {
    match node.node.as_ref() {
        Some(NodeEnum::List(list)) => written(&list.items),
        Some(NodeEnum::TypeName(type_name)) => written(&type_name.names),
        Some(NodeEnum::RangeVar(relation)) => range_var(relation),
        _ => written(std::slice::from_ref(node)),
    }
}

/// The name of a relation.
pub(crate) fn range_var(relation: &RangeVar) -> Written {
    Written {
        schema: (!relation.schemaname.is_empty()).then(|| relation.schemaname.clone()),
        name: relation.relname.clone(),
    }
}

/// A role as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WrittenRole {
    /// By its name.
    Named(Name),
    /// CURRENT_USER, CURRENT_ROLE.
    Current,
    /// SESSION_USER.
    Session,
    /// PUBLIC.
    Public,
}

/// A role.
pub(crate) fn role(spec: &RoleSpec) -> WrittenRole {
    match spec.roletype() {
        RoleSpecType::RolespecPublic => WrittenRole::Public,
        RoleSpecType::RolespecSessionUser => WrittenRole::Session,
        RoleSpecType::RolespecCurrentRole | RoleSpecType::RolespecCurrentUser => {
            WrittenRole::Current
        }
        _ => WrittenRole::Named(Name::new(spec.rolename.clone())),
    }
}

/// The roles of a list.
pub(crate) fn roles(nodes: &[Node]) -> Vec<WrittenRole> {
    nodes
        .iter()
        .filter_map(|node| match node.node.as_ref()? {
            NodeEnum::RoleSpec(spec) => Some(role(spec)),
            _ => None,
        })
        .collect()
}

/// The text of a string constant.
pub(crate) fn constant_text(node: &Node) -> Option<String> {
    use protobuf::a_const::Val;
    match node.node.as_ref()? {
        NodeEnum::AConst(constant) => match constant.val.as_ref()? {
            Val::Sval(text) => Some(text.sval.clone()),
            Val::Ival(number) => Some(number.ival.to_string()),
            Val::Fval(number) => Some(number.fval.clone()),
            Val::Boolval(truth) => Some(truth.boolval.to_string()),
            Val::Bsval(bits) => Some(bits.bsval.clone()),
        },
        NodeEnum::String(text) => Some(text.sval.clone()),
        NodeEnum::Integer(number) => Some(number.ival.to_string()),
        NodeEnum::Float(number) => Some(number.fval.clone()),
        NodeEnum::Boolean(truth) => Some(truth.boolval.to_string()),
        _ => None,
    }
}
