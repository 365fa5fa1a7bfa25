//! Roles: created when missing, never altered, dropped when nothing needs them.

use pgwright_catalog::{Name, ObjectId};

use super::{Kind, added, kept};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct Roles;

impl Kind for Roles {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, role) in added(&context.base.roles, &context.full.roles) {
            let object = ObjectId::Role(name.clone());
            let mut change = Change::create(object, FileGroup::Roles, Rank::Role);
            change
                .up
                .push(context.writer.create_role(name, role).into());
            for group in (role.member_of.iter()).filter(|g| context.full.roles.contains_key(*g)) {
                change.need(ObjectId::Role(group.clone()), Strength::Must);
                change
                    .up
                    .push(context.writer.grant_membership(group, name).into());
            }
            change.down.push(context.writer.drop_role(name).into());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        // Roles belong to the cluster: whether they log in and their comments are not ours.
        for (name, from, to) in kept(&context.base.roles, &context.full.roles) {
            let known = |g: &&Name| context.full.roles.contains_key(*g);
            for group in to.member_of.difference(&from.member_of).filter(known) {
                let object = ObjectId::Role(name.clone());
                let mut change = Change::alter(object, FileGroup::Roles, Rank::Grant);
                change.need(ObjectId::Role(group.clone()), Strength::Must);
                change
                    .up
                    .push(context.writer.grant_membership(group, name).into());
                change
                    .down
                    .push(context.writer.revoke_membership(group, name).into());
                out.push(change);
            }
            for group in from.member_of.difference(&to.member_of) {
                let object = ObjectId::Role(name.clone());
                let mut change = Change::alter(object, FileGroup::Roles, Rank::Revoke);
                change
                    .up
                    .push(context.writer.revoke_membership(group, name).into());
                change
                    .down
                    .push(context.writer.grant_membership(group, name).into());
                out.push(change);
            }
        }
        Ok(())
    }
}
