//! Operator classes and families.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterOpFamilyStmt, CreateOpClassItem, CreateOpClassStmt, CreateOpFamilyStmt, Node,
};
use pgwright_catalog::{
    Name, ObjectId, OperatorClass, OperatorClassMember, OperatorClassName, OperatorFamily,
    OperatorSignature, QualifiedName,
};

use super::nodes::{self, Written};
use crate::read::failure::Failure;
use crate::read::names::strings;
use crate::read::state::State;

/// Kinds of items (`OPCLASS_ITEM_…`).
const OPERATOR: i32 = 1;
const FUNCTION: i32 = 2;
const STORAGE: i32 = 3;

/// CREATE OPERATOR FAMILY.
pub(super) fn create_family(state: &mut State, s: &CreateOpFamilyStmt) -> Result<(), Failure> {
    let name = OperatorClassName {
        name: state.new_name(&strings(&s.opfamilyname))?,
        method: Name::new(s.amname.clone()),
    };
    make_family(state, name)
}

fn make_family(state: &mut State, name: OperatorClassName) -> Result<(), Failure> {
    if state.catalog.operator_families.contains_key(&name) {
        return Err(Failure::new(format!(
            "operator family \"{}\" for access method \"{}\" already exists",
            name.name.name, name.method
        )));
    }
    state.touch(&ObjectId::OperatorFamily(name.clone()));
    let held = OperatorFamily {
        owner: state.new_owner(),
        ..OperatorFamily::default()
    };
    state.catalog.operator_families.insert(name, held);
    Ok(())
}

/// A family that is named: one of the text's, or the system's.
fn family_named(state: &State, written: &Written, method: &Name) -> QualifiedName {
    if let Some(schema) = &written.schema {
        return QualifiedName::new(schema.as_str(), written.name.as_str());
    }
    for schema in state.visible_schemas() {
        let full = OperatorClassName {
            name: QualifiedName::new(schema, written.name.as_str()),
            method: method.clone(),
        };
        if state.catalog.operator_families.contains_key(&full) {
            return full.name;
        }
    }
    QualifiedName::new("pg_catalog", written.name.as_str())
}

/// CREATE OPERATOR CLASS. Without a family it makes one of its own name.
pub(super) fn create(state: &mut State, s: &CreateOpClassStmt) -> Result<(), Failure> {
    let method = Name::new(s.amname.clone());
    let name = OperatorClassName {
        name: state.new_name(&strings(&s.opclassname))?,
        method: method.clone(),
    };
    if state.catalog.operator_classes.contains_key(&name) {
        return Err(Failure::new(format!(
            "operator class \"{}\" for access method \"{method}\" already exists",
            name.name.name
        )));
    }
    let Some(data_type) = &s.datatype else {
        return Err(Failure::new("a type name is missing"));
    };
    let data_type = state.plain_type(data_type)?;
    let family = if s.opfamilyname.is_empty() {
        if !state.catalog.operator_families.contains_key(&name) {
            make_family(state, name.clone())?;
        }
        name.name.clone()
    } else {
        family_named(state, &nodes::written(&s.opfamilyname), &method)
    };
    let mut members = BTreeSet::new();
    let mut loose = BTreeSet::new();
    let mut storage = None;
    for item in items(&s.items) {
        if item.itemtype == STORAGE {
            storage = item
                .storedtype
                .as_ref()
                .map(|t| state.plain_type(t))
                .transpose()?;
        } else if let Some(member) = member(state, item, &method, Some(&data_type))? {
            if is_loose(state, &method, &member) {
                loose.insert(member);
            } else {
                members.insert(member);
            }
        }
    }
    add_to_family(state, &family, &method, loose);
    let mut needed = uses(state, &members);
    needed.extend(state.type_object(&data_type));
    let family_name = OperatorClassName {
        name: family.clone(),
        method: method.clone(),
    };
    if state.catalog.operator_families.contains_key(&family_name) {
        needed.insert(ObjectId::OperatorFamily(family_name));
    }
    let id = ObjectId::OperatorClass(name.clone());
    state.touch(&id);
    let held = OperatorClass {
        default: s.is_default,
        storage: storage.filter(|storage| *storage != data_type),
        data_type,
        family,
        members,
        owner: state.new_owner(),
        comment: None,
    };
    state.catalog.operator_classes.insert(name, held);
    state.set_uses(id, needed);
    Ok(())
}

/// The index method of PostgreSQL's own whose code a method has.
fn built_in(state: &State, method: &Name) -> String {
    let handler = state
        .catalog
        .access_methods
        .get(method)
        .map(|held| held.handler.name.as_str());
    match handler {
        Some("bthandler") => "btree".to_owned(),
        Some("spghandler") => "spgist".to_owned(),
        Some(handler) => handler.trim_end_matches("handler").to_owned(),
        None => method.as_str().to_owned(),
    }
}

/// Whether the server counts a member to the family rather than to the class: what the index could do
/// without, and what compares two types.
fn is_loose(state: &State, method: &Name, member: &OperatorClassMember) -> bool {
    let method = built_in(state, method);
    match member {
        OperatorClassMember::Operator { operator, .. } => match method.as_str() {
            "btree" | "hash" => operator.left != operator.right,
            "gist" | "gin" | "spgist" => true,
            _ => false,
        },
        OperatorClassMember::Function {
            number, operands, ..
        } => match method.as_str() {
            "btree" | "hash" => *number != 1 || operands.0 != operands.1,
            "gist" => !matches!(number, 1 | 2 | 5 | 6 | 7),
            "gin" => !matches!(number, 2 | 3),
            "spgist" => !matches!(number, 1..=5),
            _ => false,
        },
    }
}

fn add_to_family(
    state: &mut State,
    family: &QualifiedName,
    method: &Name,
    members: BTreeSet<OperatorClassMember>,
) {
    let name = OperatorClassName {
        name: family.clone(),
        method: method.clone(),
    };
    if members.is_empty() || !state.catalog.operator_families.contains_key(&name) {
        return;
    }
    let id = ObjectId::OperatorFamily(name.clone());
    let mut needed = uses(state, &members);
    needed.extend(
        state
            .catalog
            .dependencies
            .get(&id)
            .into_iter()
            .flatten()
            .cloned(),
    );
    state.touch(&id);
    if let Some(held) = state.catalog.operator_families.get_mut(&name) {
        held.members.extend(members);
    }
    state.set_uses(id, needed);
}

fn items(nodes: &[Node]) -> impl Iterator<Item = &CreateOpClassItem> {
    nodes.iter().filter_map(|node| match node.node.as_ref()? {
        NodeEnum::CreateOpClassItem(item) => Some(item),
        _ => None,
    })
}

/// One operator or function. Within a class, types that are not said are the class's.
fn member(
    state: &State,
    item: &CreateOpClassItem,
    method: &Name,
    data_type: Option<&String>,
) -> Result<Option<OperatorClassMember>, Failure> {
    let types = |nodes: &[Node]| {
        nodes
            .iter()
            .map(|node| state.node_type(node))
            .collect::<Result<Vec<_>, _>>()
    };
    let Some(object) = &item.name else {
        return Ok(None);
    };
    let written = nodes::written(&object.objname);
    match item.itemtype {
        OPERATOR => {
            let (left, right) = if object.objargs.is_empty() {
                let own = data_type.cloned();
                (own.clone(), own)
            } else {
                state.operands(&object.objargs)?
            };
            let order_by = (!item.order_family.is_empty()).then(|| {
                family_named(
                    state,
                    &nodes::written(&item.order_family),
                    &Name::new("btree"),
                )
            });
            Ok(Some(OperatorClassMember::Operator {
                strategy: item.number,
                operator: OperatorSignature {
                    name: operator_named(state, &written, left.as_ref(), right.as_ref()),
                    left,
                    right,
                },
                order_by,
            }))
        }
        FUNCTION => {
            let arguments = types(&object.objargs)?;
            let function = state.signature_named(&written, &arguments);
            let said = types(&item.class_args)?;
            let operands = match said.as_slice() {
                [only] => (only.clone(), only.clone()),
                [left, right, ..] => (left.clone(), right.clone()),
                [] => operands(method, item.number, &arguments, data_type),
            };
            Ok(Some(OperatorClassMember::Function {
                number: item.number,
                operands,
                function,
            }))
        }
        _ => Ok(None),
    }
}

/// The operator with those operands: one of the text's along the path, or the system's.
fn operator_named(
    state: &State,
    written: &Written,
    left: Option<&String>,
    right: Option<&String>,
) -> QualifiedName {
    if written.schema.is_none() {
        for schema in state.visible_schemas() {
            let signature = OperatorSignature {
                name: QualifiedName::new(schema, written.name.as_str()),
                left: left.cloned(),
                right: right.cloned(),
            };
            if state.catalog.operators.contains_key(&signature) {
                return signature.name;
            }
        }
        return QualifiedName::new("pg_catalog", written.name.as_str());
    }
    state.operator_named(written)
}

/// The operand types that a support function is for when they are not said: comparing and hashing
/// functions tell by their arguments, all others are for the class's type.
fn operands(
    method: &Name,
    number: i32,
    arguments: &[String],
    data_type: Option<&String>,
) -> (String, String) {
    let own = data_type.cloned().unwrap_or_default();
    let of = |place: usize| arguments.get(place).cloned().unwrap_or_else(|| own.clone());
    match (method.as_str(), number) {
        ("btree", 1) => (of(0), of(1)),
        ("btree", 3) => (of(0), of(2)),
        ("hash", 1 | 2) => (of(0), of(0)),
        _ => (own.clone(), own),
    }
}

fn uses(state: &State, members: &BTreeSet<OperatorClassMember>) -> BTreeSet<ObjectId> {
    members
        .iter()
        .map(|member| match member {
            OperatorClassMember::Operator { operator, .. } => ObjectId::Operator(operator.clone()),
            OperatorClassMember::Function { function, .. } => ObjectId::Routine(function.clone()),
        })
        .filter(|id| super::access::exists(&state.catalog, id))
        .collect()
}

/// ALTER OPERATOR FAMILY … ADD and DROP.
pub(super) fn alter_family(state: &mut State, s: &AlterOpFamilyStmt) -> Result<(), Failure> {
    let method = Name::new(s.amname.clone());
    let name = OperatorClassName {
        name: family_named(state, &nodes::written(&s.opfamilyname), &method),
        method: method.clone(),
    };
    let id = ObjectId::OperatorFamily(name.clone());
    let Some(mut held) = state.catalog.operator_families.get(&name).cloned() else {
        if name.name.schema.as_str() == "pg_catalog" {
            // A family of the system's: what is added to it, no catalog holds.
            return Ok(());
        }
        return Err(Failure::new(format!(
            "operator family \"{}\" does not exist for access method \"{method}\"",
            name.name.name
        )));
    };
    for item in items(&s.items) {
        if s.is_drop {
            let types = item
                .class_args
                .iter()
                .map(|node| state.node_type(node))
                .collect::<Result<Vec<_>, _>>()?;
            let (left, right) = match types.as_slice() {
                [only] => (only.clone(), only.clone()),
                [left, right, ..] => (left.clone(), right.clone()),
                [] => continue,
            };
            held.members.retain(|member| match member {
                OperatorClassMember::Operator {
                    strategy, operator, ..
                } => {
                    item.itemtype != OPERATOR
                        || *strategy != item.number
                        || operator.left.as_ref() != Some(&left)
                        || operator.right.as_ref() != Some(&right)
                }
                OperatorClassMember::Function {
                    number, operands, ..
                } => {
                    item.itemtype != FUNCTION
                        || *number != item.number
                        || *operands != (left.clone(), right.clone())
                }
            });
        } else if let Some(member) = member(state, item, &method, None)? {
            held.members.insert(member);
        }
    }
    let needed = uses(state, &held.members);
    state.touch(&id);
    state.catalog.operator_families.insert(name, held);
    state.set_uses(id, needed);
    Ok(())
}
