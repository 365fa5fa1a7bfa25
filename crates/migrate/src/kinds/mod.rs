//! One file per kind of object: what adding it takes, and which changes in place are planned.
//!
//! A new kind is a file with a [`Kind`] and a line in [`KINDS`].

mod aggregate;
mod cast;
mod collation;
mod column;
mod column_change;
mod constraint;
mod default_privileges;
mod event_trigger;
mod extension;
mod fill;
mod foreign;
mod index;
mod index_use;
mod label;
mod language;
mod materialized_view;
mod operator;
mod owner;
mod owner_privilege;
mod part;
mod placeholder;
mod policy;
mod privilege;
mod replication;
mod role;
mod routine;
mod rule;
mod schema;
mod sequence;
mod stand_in;
mod statistics;
mod table;
mod text_search;
mod trigger;
mod type_change;
mod types;
mod view;

use pgwright_catalog::ObjectId;

use crate::change::{Change, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(crate) use column_change::identity_name;
pub(crate) use schema::PUBLIC_COMMENT;

/// How a kind of object is planned.
trait Kind: Sync {
    /// What `full` has and `base` has not. Dropping is planned as the inverse of this.
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError>;

    /// What both have and `full` has differently. What cannot be changed in place is given to
    /// [`Context::replace`].
    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError>;
}

const KINDS: &[&dyn Kind] = &[
    &role::Roles,
    &schema::Schemas,
    &extension::Extensions,
    &collation::Collations,
    &types::Types,
    &sequence::Sequences,
    &language::Languages,
    &language::AccessMethods,
    &operator::Operators,
    &operator::OperatorFamilies,
    &operator::OperatorClasses,
    &cast::Casts,
    &cast::Transforms,
    &collation::Conversions,
    &text_search::TextSearch,
    &foreign::ForeignData,
    &table::Tables,
    &column::Columns,
    &constraint::Constraints,
    &index::Indexes,
    &index_use::IndexUses,
    &statistics::StatisticsObjects,
    &routine::Routines,
    &aggregate::Aggregates,
    &trigger::Triggers,
    &view::Views,
    &materialized_view::MaterializedViews,
    &rule::Rules,
    &policy::Policies,
    &owner::Owners,
    &owner_privilege::OwnerPrivileges,
    &privilege::Privileges,
    &default_privileges::DefaultPrivilegesOfRoles,
    &label::SecurityLabels,
    &replication::Replication,
    &event_trigger::EventTriggers,
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

/// Entries that two maps both have and that differ, with both values.
fn altered<'a, K: Ord, V: PartialEq>(
    base: &'a std::collections::BTreeMap<K, V>,
    full: &'a std::collections::BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, &'a V, &'a V)> {
    kept(base, full).filter(|(_, from, to)| from != to)
}

/// The change that creates an object and drops it again, with what the catalog records of its needs,
/// still without the statement that creates it.
fn begin(
    context: &Context<'_>,
    object: ObjectId,
    group: FileGroup,
    rank: Rank,
) -> Result<Change, PlanError> {
    let mut change = Change::create(object.clone(), group, rank);
    if let Some(schema) = object.schema() {
        context.need_schema(&mut change, schema)?;
    }
    context.need_recorded(&mut change, &object);
    change.down.push(context.drop(&object));
    Ok(change)
}

/// The change of an object of which only the comment can be changed in place, besides owner and
/// privileges: any other difference makes it anew. `take` gives the comment and takes away what other kinds of change look after.
fn only_comment<T: Clone + PartialEq>(
    context: &Context<'_>,
    object: ObjectId,
    group: FileGroup,
    from: &T,
    to: &T,
    out: &mut Vec<Change>,
    take: impl Fn(&mut T) -> Option<String>,
) {
    let (mut from, mut to) = (from.clone(), to.clone());
    let (before, after) = (take(&mut from), take(&mut to));
    if !context.replace_unless_equal(|| object.clone(), &from, &to) {
        context.comment_change(object, group, before.as_ref(), after.as_ref(), out);
    }
}

/// The change of an object by a statement each way; nothing where there is none.
fn alter(
    object: ObjectId,
    group: FileGroup,
    rank: Rank,
    up: impl IntoIterator<Item = impl Into<Statement>>,
    down: impl IntoIterator<Item = impl Into<Statement>>,
) -> Option<Change> {
    let mut change = Change::alter(object.clone(), group, rank);
    change.need(object, Strength::Must);
    change.up.extend(up.into_iter().map(Into::into));
    change.down.extend(down.into_iter().map(Into::into));
    (!change.up.is_empty() || !change.down.is_empty()).then_some(change)
}

/// The first sentence of a comment: what stands above the object in a file.
fn heading(comment: Option<&String>) -> Option<String> {
    let text = comment?.lines().next()?.trim();
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    Some(text[..end].to_owned()).filter(|t| !t.is_empty())
}
