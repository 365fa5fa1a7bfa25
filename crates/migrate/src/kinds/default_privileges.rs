//! Default privileges: last, so that they do not touch what the plan itself creates.

use pgwright_catalog::{DefaultPrivileges, ObjectId};

use super::Kind;
use crate::change::{Change, Rank};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct DefaultPrivilegesOfRoles;

impl Kind for DefaultPrivilegesOfRoles {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (
            &context.base.default_privileges,
            &context.full.default_privileges,
        );
        for (position, defaults) in full.difference(base).enumerate() {
            let mut change = Change::alter(
                object(defaults),
                FileGroup::Privileges,
                Rank::DefaultPrivileges,
            );
            change.sort.1 = format!("{position:05}");
            let grantee = defaults.grant.grantee.iter();
            change.must_have(
                grantee
                    .chain([&defaults.owner])
                    .cloned()
                    .map(ObjectId::Role),
            );
            change.must_have(defaults.schema.iter().cloned().map(ObjectId::Schema));
            let say = |undo| context.writer.default_privileges(defaults, undo);
            change.up.push(say(false)?.into());
            change.down.push(say(true)?.into());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, _: &Context<'_>, _: &mut Vec<Change>) -> Result<(), PlanError> {
        // Each is added or dropped as a whole.
        Ok(())
    }
}

fn object(defaults: &DefaultPrivileges) -> ObjectId {
    match &defaults.schema {
        Some(schema) => ObjectId::Schema(schema.clone()),
        None => ObjectId::Role(defaults.owner.clone()),
    }
}
