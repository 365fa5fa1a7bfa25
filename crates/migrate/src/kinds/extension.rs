//! Extensions.

use pgwright_catalog::ObjectId;

use super::{Kind, added, alter, kept};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct Extensions;

/// Every database has it from the start, and DO blocks need it.
const BUILT_IN: &str = "plpgsql";

const GROUP: FileGroup = FileGroup::Extensions;

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
            let writer = &context.writer;
            let address = writer.address(context.full, &object());
            if let (Some(a), Some(b)) = (&from.schema, &to.schema)
                && a != b
            {
                let move_to = |schema| writer.set_schema(&address, schema);
                let rank = Rank::Extension;
                let change = alter(object(), GROUP, rank, [move_to(b)], [move_to(a)]);
                out.extend(change.map(|mut change| {
                    change.need(ObjectId::Schema(b.clone()), Strength::Must);
                    change
                }));
            }
            if let (Some(a), Some(b)) = (&from.version, &to.version)
                && a != b
            {
                let update = |version: &str| writer.update_extension(name, version);
                let rank = Rank::Extension;
                out.extend(alter(object(), GROUP, rank, [update(b)], [update(a)]));
            }
            if to.comment.is_none() && from.comment.is_some() {
                let own = context.writer.usual_extension_comment(name);
                let change = alter(object(), GROUP, Rank::Comment, [own], Vec::<String>::new());
                out.extend(change);
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
