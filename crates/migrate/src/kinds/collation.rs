//! Collations and conversions between encodings.

use pgwright_catalog::ObjectId;

use super::{Kind, added, begin, kept, only_comment};
use crate::change::{Change, Rank};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

/// Collations.
pub(super) struct Collations;
/// Conversions.
pub(super) struct Conversions;

const GROUP: FileGroup = FileGroup::Types;

impl Kind for Collations {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, collation) in added(&context.base.collations, &context.full.collations) {
            let object = ObjectId::Collation(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::Collation)?;
            let create = context.writer.create_collation(name, collation)?;
            change.up.push(create.into());
            context.comment(&mut change, &object, collation.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.collations, &context.full.collations) {
            let object = ObjectId::Collation(name.clone());
            only_comment(context, object, GROUP, from, to, out, |c| {
                c.owner = None;
                c.comment.take()
            });
        }
        Ok(())
    }
}

impl Kind for Conversions {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, conversion) in added(&context.base.conversions, &context.full.conversions) {
            let object = ObjectId::Conversion(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::Conversion)?;
            context.need_function(&mut change, &conversion.function, &[]);
            let create = context.writer.create_conversion(name, conversion);
            change.up.push(create.into());
            context.comment(&mut change, &object, conversion.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.conversions, &context.full.conversions) {
            let object = ObjectId::Conversion(name.clone());
            only_comment(context, object, GROUP, from, to, out, |c| {
                c.owner = None;
                c.comment.take()
            });
        }
        Ok(())
    }
}
