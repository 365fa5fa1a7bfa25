//! Enumerations.

use pg_query::protobuf::{AlterEnumStmt, CreateEnumStmt};
use pgwright_catalog::{ObjectId, QualifiedName, Type, TypeKind};

use super::address::Address;
use super::nodes;
use crate::read::failure::Failure;
use crate::read::names::strings;
use crate::read::state::State;

/// How many bytes a label has at most.
const MAXIMUM_LABEL: usize = 63;

impl State {
    /// Puts a new type into the catalog, with the owner and privileges of new types.
    pub(in crate::read) fn insert_type(
        &mut self,
        name: QualifiedName,
        kind: TypeKind,
    ) -> Result<(), Failure> {
        self.check_new_type(&name)?;
        let id = ObjectId::Type(name.clone());
        self.touch(&id);
        let mut held = Type::new(kind);
        held.owner = self.new_owner();
        self.catalog.types.insert(name, held);
        self.set_initial_privileges(&id);
        Ok(())
    }

    /// Refuses the name of a type that is there already; a shell type may be filled in.
    pub(in crate::read) fn check_new_type(&self, name: &QualifiedName) -> Result<(), Failure> {
        let taken = match self.catalog.types.get(name).map(|held| &held.kind) {
            Some(TypeKind::Shell) => false,
            Some(_) => true,
            None => self.relation_kind(name).is_some_and(|kind| {
                use crate::read::state::RelationKind as R;
                !matches!(kind, R::Index | R::Sequence)
            }),
        };
        if taken {
            return Err(Failure::exists("type", name.name.as_str()));
        }
        Ok(())
    }
}

/// CREATE TYPE … AS ENUM.
pub(super) fn create(state: &mut State, s: &CreateEnumStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.type_name))?;
    let labels: Vec<String> = nodes::strings(&s.vals)
        .into_iter()
        .map(str::to_owned)
        .collect();
    for (place, label) in labels.iter().enumerate() {
        check_label(label)?;
        if labels.iter().take(place).any(|earlier| earlier == label) {
            return Err(Failure::new(format!(
                "enum label \"{label}\" used more than once"
            )));
        }
    }
    state.insert_type(name, TypeKind::Enum(labels))
}

fn check_label(label: &str) -> Result<(), Failure> {
    if label.len() > MAXIMUM_LABEL {
        return Err(Failure::new(format!("invalid enum label \"{label}\""))
            .hint("Labels must be 63 bytes or less."));
    }
    Ok(())
}

/// ALTER TYPE … ADD VALUE, RENAME VALUE.
pub(super) fn alter(state: &mut State, s: &AlterEnumStmt) -> Result<(), Failure> {
    let written = nodes::written(&s.type_name);
    let Address::Held(id) = state.type_address(&written)? else {
        return Ok(());
    };
    state.touch(&id);
    let not_enum = || Failure::new(format!("\"{written}\" is not an enum"));
    let ObjectId::Type(name) = &id else {
        return Err(not_enum());
    };
    let Some(TypeKind::Enum(labels)) = state.catalog.types.get_mut(name).map(|held| &mut held.kind)
    else {
        return Err(not_enum());
    };
    check_label(&s.new_val)?;
    let place = |labels: &[String], label: &str| labels.iter().position(|held| held == label);
    let taken = place(labels, &s.new_val).is_some();
    if !s.old_val.is_empty() {
        let Some(at) = place(labels, &s.old_val) else {
            return Err(Failure::new(format!(
                "\"{}\" is not an existing enum label",
                s.old_val
            )));
        };
        if taken {
            return Err(Failure::exists("enum label", &s.new_val));
        }
        if let Some(label) = labels.get_mut(at) {
            label.clone_from(&s.new_val);
        }
        return state.rename_label(&id, &s.old_val, &s.new_val);
    }
    if taken {
        if s.skip_if_new_val_exists {
            return Ok(());
        }
        return Err(Failure::exists("enum label", &s.new_val));
    }
    let at = if s.new_val_neighbor.is_empty() {
        labels.len()
    } else {
        let Some(neighbor) = place(labels, &s.new_val_neighbor) else {
            return Err(Failure::new(format!(
                "\"{}\" is not an existing enum label",
                s.new_val_neighbor
            )));
        };
        if s.new_val_is_after {
            neighbor + 1
        } else {
            neighbor
        }
    };
    labels.insert(at, s.new_val.clone());
    Ok(())
}
