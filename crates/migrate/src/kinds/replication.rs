//! Publications and subscriptions.

use pgwright_catalog::ObjectId;

use super::{Kind, added, begin, kept, only_comment};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

/// Publications and subscriptions.
pub(super) struct Replication;

const GROUP: FileGroup = FileGroup::Replication;

impl Kind for Replication {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (context.base, context.full);
        for (name, publication) in added(&base.publications, &full.publications) {
            let object = ObjectId::Publication(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::Publication)?;
            let schemas = publication.schemas.iter();
            change.must_have(schemas.map(|s| ObjectId::Schema(s.clone())));
            for (table, published) in &publication.tables {
                change.need(ObjectId::Table(table.clone()), Strength::Must);
                if let Some(predicate) = &published.predicate {
                    context.need_text(&mut change, predicate.sql());
                }
            }
            let create = context.writer.create_publication(name, publication)?;
            change.up.push(create.into());
            context.comment(&mut change, &object, publication.comment.as_ref());
            out.push(change);
        }
        for (name, subscription) in added(&base.subscriptions, &full.subscriptions) {
            let object = ObjectId::Subscription(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::Subscription)?;
            let create = context.writer.create_subscription(name, subscription);
            change.up.push(create.into());
            context.comment(&mut change, &object, subscription.comment.as_ref());
            let drop = context.writer.drop_subscription(name);
            change.down = drop.into_iter().map(Into::into).collect();
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (context.base, context.full);
        for (name, from, to) in kept(&base.publications, &full.publications) {
            let object = ObjectId::Publication(name.clone());
            only_comment(context, object, GROUP, from, to, out, |p| {
                p.owner = None;
                p.comment.take()
            })?;
        }
        for (name, from, to) in kept(&base.subscriptions, &full.subscriptions) {
            let object = ObjectId::Subscription(name.clone());
            only_comment(context, object, GROUP, from, to, out, |s| {
                s.owner = None;
                s.comment.take()
            })?;
        }
        Ok(())
    }
}
