//! One file per kind of object: what adding it takes, and which changes in place are planned.
//!
//! A new kind is a file with a [`Kind`] and a line in [`KINDS`].

mod column;
mod constraint;
mod default_privileges;
mod extension;
mod index;
mod materialized_view;
mod owner;
mod policy;
mod privilege;
mod role;
mod routine;
mod schema;
mod sequence;
mod stand_in;
mod table;
mod trigger;
mod types;
mod view;

use crate::change::Change;
use crate::context::Context;
use crate::plan::PlanError;

pub(crate) use schema::PUBLIC_COMMENT;

/// How a kind of object is planned.
trait Kind: Sync {
    /// What `full` has and `base` has not. Dropping is planned as the inverse of this.
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError>;

    /// What both have and `full` has differently; an error for what cannot be changed in place yet.
    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError>;
}

const KINDS: &[&dyn Kind] = &[
    &role::Roles,
    &schema::Schemas,
    &extension::Extensions,
    &types::Types,
    &sequence::Sequences,
    &table::Tables,
    &column::Columns,
    &constraint::Constraints,
    &index::Indexes,
    &routine::Routines,
    &trigger::Triggers,
    &view::Views,
    &materialized_view::MaterializedViews,
    &policy::Policies,
    &owner::Owners,
    &privilege::Privileges,
    &default_privileges::DefaultPrivilegesOfRoles,
];

pub(crate) fn additions(context: &Context<'_>) -> Result<Vec<Change>, PlanError> {
    let mut changes = Vec::new();
    for kind in KINDS {
        kind.additions(context, &mut changes)?;
    }
    Ok(changes)
}

pub(crate) fn alterations(context: &Context<'_>) -> Result<Vec<Change>, PlanError> {
    let mut changes = Vec::new();
    for kind in KINDS {
        kind.alterations(context, &mut changes)?;
    }
    Ok(changes)
}

/// Privileges that objects of both catalogs lose.
pub(crate) fn revocations(context: &Context<'_>) -> Result<Vec<Change>, PlanError> {
    privilege::revocations(context)
}

/// Entries of one map that another lacks.
fn added<'a, K: Ord, V>(
    base: &'a std::collections::BTreeMap<K, V>,
    full: &'a std::collections::BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, &'a V)> {
    full.iter().filter(|(key, _)| !base.contains_key(*key))
}

/// Entries that two maps both have, with both values.
fn kept<'a, K: Ord, V>(
    base: &'a std::collections::BTreeMap<K, V>,
    full: &'a std::collections::BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, &'a V, &'a V)> {
    full.iter()
        .filter_map(|(key, to)| base.get(key).map(|from| (key, from, to)))
}

/// The first sentence of a comment: what stands above the object in a file.
fn heading(comment: Option<&String>) -> Option<String> {
    let text = comment?.lines().next()?.trim();
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    Some(text[..end].to_owned()).filter(|t| !t.is_empty())
}
