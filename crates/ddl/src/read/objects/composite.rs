//! Composite types.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterTableCmd, AlterTableStmt, AlterTableType, ColumnDef, CompositeTypeStmt,
};
use pgwright_catalog::{CompositeAttribute, Name, ObjectId, QualifiedName, TypeKind};

use super::address::Address;
use super::nodes;
use crate::read::failure::Failure;
use crate::read::names;
use crate::read::state::State;

/// CREATE TYPE … AS (…).
pub(super) fn create(state: &mut State, s: &CompositeTypeStmt) -> Result<(), Failure> {
    let Some(relation) = &s.typevar else {
        return Err(Failure::new("a type name is missing"));
    };
    let schema = state.creation_schema(Some(&relation.schemaname))?;
    let name = QualifiedName::new(schema, names::truncate(&relation.relname));
    if state.relation_kind(&name).is_some() && !state.catalog.types.contains_key(&name) {
        return Err(Failure::exists("relation", name.name.as_str()));
    }
    let mut attributes: Vec<CompositeAttribute> = Vec::new();
    for node in &s.coldeflist {
        let Some(NodeEnum::ColumnDef(definition)) = node.node.as_ref() else {
            continue;
        };
        let attribute = attribute(state, definition)?;
        if attributes.iter().any(|held| held.name == attribute.name) {
            return Err(Failure::new(format!(
                "column \"{}\" specified more than once",
                attribute.name
            )));
        }
        attributes.push(attribute);
    }
    state.insert_type(name.clone(), TypeKind::Composite(attributes))?;
    state.record_type_uses(&name);
    Ok(())
}

fn attribute(state: &State, definition: &ColumnDef) -> Result<CompositeAttribute, Failure> {
    let Some(type_name) = &definition.type_name else {
        return Err(Failure::new("a type name is missing"));
    };
    let data_type = state.type_text(type_name)?;
    let collation = match definition.coll_clause.as_deref() {
        Some(clause) => state.chosen_collation(&clause.collname, &data_type)?,
        None => None,
    };
    Ok(CompositeAttribute {
        name: Name::new(names::truncate(&definition.colname)),
        data_type,
        collation,
        comment: None,
    })
}

/// ALTER TYPE … ADD, DROP and ALTER ATTRIBUTE, and OWNER.
pub(super) fn alter(state: &mut State, s: &AlterTableStmt) -> Result<(), Failure> {
    let Some(relation) = &s.relation else {
        return Err(Failure::new("a type name is missing"));
    };
    let Address::Held(id) = state.type_address(&nodes::range_var(relation))? else {
        return Ok(());
    };
    let ObjectId::Type(name) = id.clone() else {
        return Ok(());
    };
    state.touch(&id);
    for node in &s.cmds {
        if let Some(NodeEnum::AlterTableCmd(command)) = node.node.as_ref() {
            apply(state, &name, command)?;
        }
    }
    state.record_type_uses(&name);
    Ok(())
}

fn apply(state: &mut State, name: &QualifiedName, command: &AlterTableCmd) -> Result<(), Failure> {
    let definition = match command.def.as_deref().and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::ColumnDef(definition)) => Some(definition.as_ref()),
        _ => None,
    };
    let new = match definition {
        Some(definition) => Some(attribute(state, definition)?),
        None => None,
    };
    if command.subtype() == AlterTableType::AtChangeOwner {
        let owner = command
            .newowner
            .as_ref()
            .and_then(|role| state.role_name(role));
        state.set_owner(&ObjectId::Type(name.clone()), owner);
        return Ok(());
    }
    let Some(TypeKind::Composite(attributes)) =
        state.catalog.types.get_mut(name).map(|held| &mut held.kind)
    else {
        return Err(Failure::new(format!(
            "\"{}\" is not a composite type",
            name.name
        )));
    };
    let place = attributes
        .iter()
        .position(|held| held.name.as_str() == command.name);
    let missing = || {
        Failure::new(format!(
            "column \"{}\" of relation \"{}\" does not exist",
            command.name, name.name
        ))
    };
    match (command.subtype(), new) {
        (AlterTableType::AtAddColumn, Some(new)) => {
            if attributes.iter().any(|held| held.name == new.name) {
                return Err(Failure::new(format!(
                    "column \"{}\" of relation \"{}\" already exists",
                    new.name, name.name
                )));
            }
            attributes.push(new);
        }
        (AlterTableType::AtDropColumn, _) => match place {
            Some(place) => {
                attributes.remove(place);
            }
            None if command.missing_ok => {}
            None => return Err(missing()),
        },
        (AlterTableType::AtAlterColumnType, Some(new)) => {
            let held = place
                .and_then(|place| attributes.get_mut(place))
                .ok_or_else(missing)?;
            held.data_type = new.data_type;
            held.collation = new.collation;
        }
        _ => return Err(Failure::not_understood("this ALTER TYPE is not read")),
    }
    Ok(())
}
