//! Privileges that an owner has given away: of its own objects, where it does not have them all.

use std::collections::BTreeSet;

use pgwright_catalog::write::GrantTarget;
use pgwright_catalog::{Name, ObjectId, Privilege};

use super::owner::owners;
use super::privilege::grant_names;
use super::{Kind, added, kept};
use crate::change::{Change, Cover, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct OwnerPrivileges;

impl Kind for OwnerPrivileges {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (
            &context.base.owner_privileges,
            &context.full.owner_privileges,
        );
        let new = added(base, full).map(|(object, to)| (object, None, to));
        changes(context, new.collect(), out);
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (
            &context.base.owner_privileges,
            &context.full.owner_privileges,
        );
        let different = kept(base, full).filter(|(_, from, to)| from != to);
        let different = different.map(|(object, from, to)| (object, Some(from), to));
        changes(context, different.collect(), out);
        // Owners that have all their privileges again.
        let names = grant_names(&context.writer, context.full);
        let owners = owners(context.full);
        for (object, _) in added(full, base) {
            let Some((target, name)) = names.get(object) else {
                continue;
            };
            let owner = owners.get(&holder(context, object)).copied();
            let owner = owner.filter(|_| context.options.owners);
            let mut change =
                Change::alter(object.clone(), FileGroup::Privileges, Rank::OwnerPrivileges);
            change.need(object.clone(), Strength::Must);
            let all = context.writer.all_owner_privileges(*target, name, owner);
            change.up.push(all.into());
            out.push(change);
        }
        Ok(())
    }
}

/// An object, what its owner had left before, and what it shall have left.
type Difference<'a> = (
    &'a ObjectId,
    Option<&'a BTreeSet<Privilege>>,
    &'a BTreeSet<Privilege>,
);

fn changes(context: &Context<'_>, differences: Vec<Difference<'_>>, out: &mut Vec<Change>) {
    if differences.is_empty() {
        return;
    }
    let names = grant_names(&context.writer, context.full);
    let owners = owners(context.full);
    for (object, from, to) in differences {
        if let Some((target, name)) = names.get(object) {
            let owner = owners.get(&holder(context, object)).copied();
            let owner = owner.filter(|_| context.options.owners);
            out.push(change(context, object, (*target, name), owner, from, to));
        }
    }
}

/// The object whose owner is meant: a sequence that a column owns has the owner of the table.
fn holder(context: &Context<'_>, object: &ObjectId) -> ObjectId {
    match object {
        ObjectId::Column(table, _) => ObjectId::Table(table.clone()),
        ObjectId::Sequence(name) => {
            let sequence = context.full.sequences.get(name);
            match sequence.and_then(|s| s.owned_by.as_ref()) {
                Some((table, _)) => ObjectId::Table(table.clone()),
                None => object.clone(),
            }
        }
        other => other.clone(),
    }
}

fn change(
    context: &Context<'_>,
    object: &ObjectId,
    (target, name): (GrantTarget, &str),
    owner: Option<&Name>,
    from: Option<&BTreeSet<Privilege>>,
    to: &BTreeSet<Privilege>,
) -> Change {
    let writer = &context.writer;
    let mut change = Change::alter(object.clone(), FileGroup::Privileges, Rank::OwnerPrivileges);
    change.need(object.clone(), Strength::Must);
    change.covered_by = Some(Cover::With(object.clone()));
    let up = writer.owner_privileges(target, name, owner, to);
    change.up.extend(up.into_iter().map(Into::into));
    match from {
        None => change
            .down
            .push(writer.all_owner_privileges(target, name, owner).into()),
        Some(from) => {
            let down = writer.owner_privileges(target, name, owner, from);
            change.down.extend(down.into_iter().map(Into::into));
        }
    }
    change
}
