//! Schemas. `public` is there in a new database and is only altered.

use pgwright_catalog::ObjectId;

use super::{Kind, added, kept, stand_in};
use crate::change::{Change, Rank};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct Schemas;

/// The comment that a new database's `public` has.
pub(crate) const PUBLIC_COMMENT: &str = "standard public schema";

impl Kind for Schemas {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, schema) in added(&context.base.schemas, &context.full.schemas) {
            let object = ObjectId::Schema(name.clone());
            if name.as_str() == "public" {
                let standard = PUBLIC_COMMENT.to_owned();
                if let Some(comment) = schema.comment.as_ref().filter(|c| **c != standard) {
                    let group = FileGroup::Extensions;
                    context.comment_change(object, group, Some(&standard), Some(comment), out);
                }
                continue;
            }
            let mut change = Change::create(object.clone(), FileGroup::Extensions, Rank::Schema);
            change.up.push(context.writer.create_schema(name).into());
            context.comment(&mut change, &object, schema.comment.as_ref());
            change.down.push(context.drop(&object));
            if context.full.stand_ins.contains(&object) {
                stand_in::guard(context, &mut change, schema.comment.as_ref());
            }
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.schemas, &context.full.schemas) {
            context.comment_change(
                ObjectId::Schema(name.clone()),
                FileGroup::Extensions,
                from.comment.as_ref(),
                to.comment.as_ref(),
                out,
            );
        }
        Ok(())
    }
}
