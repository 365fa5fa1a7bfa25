//! ALTER … RENAME, of everything but tables and what stands on them.

use pg_query::protobuf::{ObjectType, RenameStmt};
use pgwright_catalog::{Name, ObjectId, QualifiedName, TypeKind};

use super::address::Address;
use super::nodes;
use crate::read::failure::Failure;
use crate::read::names;
use crate::read::state::State;

/// Renames an object.
pub(super) fn apply(state: &mut State, s: &RenameStmt) -> Result<(), Failure> {
    use ObjectType as O;
    let new = Name::new(names::truncate(&s.newname));
    if matches!(
        s.rename_type(),
        O::ObjectRole | O::ObjectDatabase | O::ObjectTablespace
    ) {
        return Ok(());
    }
    if let Some(relation) = &s.relation {
        let written = nodes::range_var(relation);
        if s.rename_type() == O::ObjectAttribute {
            let Address::Held(ObjectId::Type(name)) = state.type_address(&written)? else {
                return Ok(());
            };
            return attribute(state, &name, s);
        }
        return match state.relation_address(O::Undefined, &written) {
            Ok(Address::Held(ObjectId::View(name) | ObjectId::MaterializedView(name))) => {
                view(state, &name, s)
            }
            Ok(_) => Err(Failure::not_understood("this RENAME is not read")),
            Err(_) if s.missing_ok => Ok(()),
            Err(failure) => Err(failure),
        };
    }
    let Some(node) = s.object.as_deref() else {
        return Ok(());
    };
    if s.rename_type() == O::ObjectDomconstraint {
        return domain_constraint(state, node, s, new);
    }
    let old = match state.address(s.rename_type(), node) {
        Ok(Address::Held(id)) => id,
        Ok(Address::NotHeld) => return Ok(()),
        Err(_) if s.missing_ok => return Ok(()),
        Err(failure) => return Err(failure),
    };
    let Some(renamed) = super::moved::renamed(&old, &new) else {
        return Err(Failure::not_understood("this RENAME is not read"));
    };
    state.move_object(&old, &renamed)
}

/// ALTER DOMAIN … RENAME CONSTRAINT.
fn domain_constraint(
    state: &mut State,
    node: &pg_query::protobuf::Node,
    s: &RenameStmt,
    new: Name,
) -> Result<(), Failure> {
    let written = nodes::written_node(node);
    let Address::Held(id) = state.type_address(&written)? else {
        return Ok(());
    };
    state.touch(&id);
    let ObjectId::Type(name) = &id else {
        return Ok(());
    };
    let missing = || {
        Failure::new(format!(
            "constraint \"{}\" for domain {} does not exist",
            s.subname, written.name
        ))
    };
    let Some(TypeKind::Domain {
        checks,
        not_null,
        not_null_name,
        ..
    }) = state.catalog.types.get_mut(name).map(|held| &mut held.kind)
    else {
        return Err(missing());
    };
    if let Some(check) = checks.remove(s.subname.as_str()) {
        checks.insert(new, check);
        return Ok(());
    }
    let automatic = format!("{}_not_null", name.name);
    let current = not_null_name
        .as_ref()
        .map_or(automatic.as_str(), Name::as_str);
    if *not_null && current == s.subname {
        *not_null_name = Some(new).filter(|new| new.as_str() != automatic);
        return Ok(());
    }
    Err(missing())
}

/// ALTER TYPE … RENAME ATTRIBUTE.
fn attribute(state: &mut State, name: &QualifiedName, s: &RenameStmt) -> Result<(), Failure> {
    let id = ObjectId::Type(name.clone());
    state.rename_in_texts(&super::follow::Change::Column(
        name.clone(),
        s.subname.clone(),
        s.newname.clone(),
    ));
    state.touch(&id);
    let Some(TypeKind::Composite(attributes)) =
        state.catalog.types.get_mut(name).map(|held| &mut held.kind)
    else {
        return Err(Failure::new(format!(
            "\"{}\" is not a composite type",
            name.name
        )));
    };
    if attributes
        .iter()
        .any(|held| held.name.as_str() == s.newname)
    {
        return Err(Failure::new(format!(
            "column \"{}\" of relation \"{}\" already exists",
            s.newname, name.name
        )));
    }
    let held = attributes
        .iter_mut()
        .find(|held| held.name.as_str() == s.subname);
    match held {
        Some(held) => {
            held.name = Name::new(names::truncate(&s.newname));
            Ok(())
        }
        None => Err(Failure::new(format!(
            "column \"{}\" does not exist",
            s.subname
        ))),
    }
}

/// Renames a view or materialized view, or one of its columns.
pub(super) fn view(state: &mut State, name: &QualifiedName, s: &RenameStmt) -> Result<(), Failure> {
    let new = Name::new(names::truncate(&s.newname));
    if s.rename_type() == ObjectType::ObjectColumn {
        return view_column(state, name, &s.subname, &new);
    }
    let old = if state.catalog.views.contains_key(name) {
        ObjectId::View(name.clone())
    } else {
        ObjectId::MaterializedView(name.clone())
    };
    let Some(renamed) = super::moved::renamed(&old, &new) else {
        return Ok(());
    };
    state.move_object(&old, &renamed)
}

/// A column of a view: its own text names it, and those of others that read it.
fn view_column(
    state: &mut State,
    name: &QualifiedName,
    old: &str,
    new: &Name,
) -> Result<(), Failure> {
    let columns: Vec<Name> = state
        .view_columns_mut(name)
        .map(|columns| columns.iter().map(|column| column.name.clone()).collect())
        .unwrap_or_default();
    let Some(place) = columns.iter().position(|column| column.as_str() == old) else {
        return Err(Failure::new(format!("column \"{old}\" does not exist")));
    };
    if columns.contains(new) {
        return Err(Failure::new(format!(
            "column \"{new}\" of relation \"{}\" already exists",
            name.name
        )));
    }
    state.rename_in_texts(&super::follow::Change::Column(
        name.clone(),
        old.to_owned(),
        new.as_str().to_owned(),
    ));
    if let Some(column) = state
        .view_columns_mut(name)
        .and_then(|columns| columns.get_mut(place))
    {
        column.name = new.clone();
    }
    state.name_own_columns(name);
    Ok(())
}
