//! Casts and transforms.

use pgwright_catalog::{CastMethod, ObjectId};

use super::{Kind, added, begin, kept, only_comment};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

/// Casts.
pub(super) struct Casts;
/// Transforms.
pub(super) struct Transforms;

const GROUP: FileGroup = FileGroup::Types;

impl Kind for Casts {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (signature, cast) in added(&context.base.casts, &context.full.casts) {
            let object = ObjectId::Cast(signature.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::Cast)?;
            context.need_text(&mut change, &signature.source);
            context.need_text(&mut change, &signature.target);
            if let CastMethod::Function(function) = &cast.method {
                change.need(ObjectId::Routine(function.clone()), Strength::Must);
            }
            change
                .up
                .push(context.writer.create_cast(signature, cast).into());
            context.comment(&mut change, &object, cast.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.casts, &context.full.casts) {
            let object = ObjectId::Cast(name.clone());
            only_comment(context, object, GROUP, from, to, out, |c| c.comment.take());
        }
        Ok(())
    }
}

impl Kind for Transforms {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (signature, transform) in added(&context.base.transforms, &context.full.transforms) {
            let object = ObjectId::Transform(signature.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::Transform)?;
            context.need_text(&mut change, &signature.data_type);
            change.need(
                ObjectId::Language(signature.language.clone()),
                Strength::Must,
            );
            let functions = [&transform.from_sql, &transform.to_sql]
                .into_iter()
                .flatten();
            change.must_have(functions.map(|f| ObjectId::Routine(f.clone())));
            let create = context.writer.create_transform(signature, transform)?;
            change.up.push(create.into());
            context.comment(&mut change, &object, transform.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.transforms, &context.full.transforms) {
            let object = ObjectId::Transform(name.clone());
            only_comment(context, object, GROUP, from, to, out, |t| t.comment.take());
        }
        Ok(())
    }
}
