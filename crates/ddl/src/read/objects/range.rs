//! Range types.

use pg_query::protobuf::CreateRangeStmt;
use pgwright_catalog::{Name, QualifiedName, TypeKind, quote_identifier};

use super::nodes::Written;
use super::options;
use crate::analyze::system;
use crate::read::failure::Failure;
use crate::read::names::{self, strings};
use crate::read::state::State;

/// CREATE TYPE … AS RANGE.
pub(super) fn create(state: &mut State, s: &CreateRangeStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.type_name))?;
    state.check_new_type(&name)?;
    let mut subtype = None;
    let mut class = None;
    let (mut collation, mut canonical, mut subtype_diff) = (None, None, None);
    let mut multirange = None;
    for option in options::options(&s.params) {
        match option.name() {
            "subtype" => {
                subtype = option
                    .node()
                    .map(|node| state.node_type(node))
                    .transpose()?
            }
            "subtype_opclass" => class = Some(option.written()),
            "collation" => collation = Some(option.written()),
            "canonical" => canonical = Some(state.function_named(&option.written())),
            "subtype_diff" => subtype_diff = Some(state.function_named(&option.written())),
            "multirange_type_name" => multirange = Some(option.written()),
            other => {
                return Err(Failure::new(format!(
                    "type attribute \"{other}\" not recognized"
                )));
            }
        }
    }
    let subtype = subtype.ok_or_else(|| Failure::new("type attribute \"subtype\" is required"))?;
    let collation = match collation {
        Some(written) => {
            let parts = written
                .schema
                .iter()
                .chain([&written.name])
                .map(|part| string_node(part))
                .collect::<Vec<_>>();
            state.chosen_collation(&parts, &subtype)?
        }
        None => None,
    };
    let multirange = match multirange {
        Some(written) => Name::new(names::truncate(&written.name)),
        None => automatic_multirange(&name),
    };
    let kind = TypeKind::Range {
        subtype_operator_class: class.and_then(|class| chosen_class(state, &class, &subtype)),
        subtype,
        collation,
        canonical,
        subtype_diff,
        multirange: Some(multirange),
    };
    state.insert_type(name.clone(), kind)?;
    state.record_type_uses(&name);
    Ok(())
}

fn string_node(text: &str) -> pg_query::protobuf::Node {
    pg_query::protobuf::Node {
        node: Some(pg_query::NodeEnum::String(pg_query::protobuf::String {
            sval: text.to_owned(),
        })),
    }
}

/// The first `range` in the name becomes `multirange`; a name without it gets `_multirange` behind it.
fn automatic_multirange(name: &QualifiedName) -> Name {
    let name = name.name.as_str();
    let long = match name.split_once("range") {
        Some((before, after)) => format!("{before}multirange{after}"),
        None => {
            let limit = names::MAXIMUM_NAME - "_multirange".len();
            let mut end = name.len().min(limit);
            while !name.is_char_boundary(end) {
                end -= 1;
            }
            format!("{}_multirange", name.get(..end).unwrap_or_default())
        }
    };
    Name::new(names::truncate(&long))
}

/// An operator class that was chosen, unless it is the default of its type.
fn chosen_class(state: &State, written: &Written, subtype: &str) -> Option<String> {
    let held = state
        .schemas_of(written)
        .ok()?
        .into_iter()
        .find_map(|schema| {
            let name = QualifiedName::new(schema, written.name.as_str());
            let method = Name::new("btree");
            let class = pgwright_catalog::OperatorClassName { name, method };
            let held = state.catalog.operator_classes.get(&class)?;
            Some((class, held))
        });
    if let Some((class, held)) = held {
        return (!(held.default && held.data_type == subtype)).then(|| class.name.quoted());
    }
    let system = system::catalog();
    let own = system
        .operator_classes("btree")
        .find(|class| class.name == written.name);
    match own {
        Some(class) if class.default => None,
        Some(class) => Some(quote_identifier(class.name)),
        None => Some(match &written.schema {
            Some(schema) => QualifiedName::new(schema.as_str(), written.name.as_str()).quoted(),
            None => quote_identifier(&written.name),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::automatic_multirange;
    use pgwright_catalog::QualifiedName;

    #[test]
    fn multiranges_are_named_after_their_range() {
        let name = |name| automatic_multirange(&QualifiedName::new("s", name));
        assert_eq!(name("floatrange").as_str(), "floatmultirange");
        assert_eq!(name("an_int_range").as_str(), "an_int_multirange");
        assert_eq!(name("span").as_str(), "span_multirange");
    }
}
