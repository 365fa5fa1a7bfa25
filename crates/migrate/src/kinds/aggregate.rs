//! Aggregate functions.

use pgwright_catalog::ObjectId;

use super::{Kind, added, begin, heading, kept, only_comment};
use crate::change::{Change, Rank};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct Aggregates;

impl Kind for Aggregates {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (signature, aggregate) in added(&context.base.aggregates, &context.full.aggregates) {
            let object = ObjectId::Aggregate(signature.clone());
            let mut change = begin(
                context,
                object.clone(),
                FileGroup::Functions,
                Rank::Aggregate,
            )?;
            for argument in &aggregate.arguments {
                context.need_text(&mut change, &argument.data_type);
            }
            for value in aggregate.parameters.values() {
                context.need_text(&mut change, value);
            }
            change.heading = heading(aggregate.comment.as_ref());
            let create = context.writer.create_aggregate(signature, aggregate);
            change.up.push(create.into());
            context.comment(&mut change, &object, aggregate.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.aggregates, &context.full.aggregates) {
            let object = ObjectId::Aggregate(name.clone());
            only_comment(context, object, FileGroup::Functions, from, to, out, |a| {
                a.owner = None;
                a.grants.clear();
                a.comment.take()
            });
        }
        Ok(())
    }
}
