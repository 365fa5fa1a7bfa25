//! Extensions.

use pgwright_catalog::ObjectId;

use super::{Kind, added, kept};
use crate::change::{Change, Rank};
use crate::context::{Context, unchanged};
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct Extensions;

/// Every database has it from the start, and DO blocks need it.
const BUILT_IN: &str = "plpgsql";

impl Kind for Extensions {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, extension) in added(&context.base.extensions, &context.full.extensions) {
            if name.as_str() == BUILT_IN {
                continue;
            }
            let object = ObjectId::Extension(name.clone());
            let group = FileGroup::Extensions;
            let mut change = Change::create(object.clone(), group, Rank::Extension);
            if let Some(schema) = &extension.schema {
                context.need_schema(&mut change, schema)?;
            }
            context.need_recorded(&mut change, &object);
            change
                .up
                .push(context.writer.create_extension(name, extension).into());
            context.comment(&mut change, &object, extension.comment.as_ref());
            change.down.push(context.drop(&object));
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.extensions, &context.full.extensions) {
            let object = || ObjectId::Extension(name.clone());
            // What is not said may stay as it is.
            if to.schema.is_some() && from.schema.is_some() {
                unchanged(object, "schema", &from.schema, &to.schema)?;
            }
            if to.version.is_some() && from.version.is_some() {
                unchanged(object, "version", &from.version, &to.version)?;
            }
            if to.comment.is_some() {
                context.comment_change(
                    object(),
                    FileGroup::Extensions,
                    from.comment.as_ref(),
                    to.comment.as_ref(),
                    out,
                );
            }
        }
        Ok(())
    }
}
