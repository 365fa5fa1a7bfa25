//! Publications and subscriptions.

use pgwright_catalog::{ObjectId, Publication};

use super::{Kind, added, alter, begin, kept, only_comment};
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
            need_published(context, &mut change, publication);
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
            if from.all_tables == to.all_tables {
                let set = |a, b| context.writer.alter_publication(name, a, b);
                let (up, down) = (set(from, to), set(to, from));
                let rank = Rank::Publication;
                let change = alter(object.clone(), GROUP, rank, up, down);
                out.extend(change.map(|mut change| {
                    need_published(context, &mut change, to);
                    change
                }));
            }
            only_comment(context, object, GROUP, from, to, out, |p| {
                p.tables.clear();
                p.schemas.clear();
                p.options.clear();
                p.owner = None;
                p.comment.take()
            });
        }
        for (name, from, to) in kept(&base.subscriptions, &full.subscriptions) {
            let object = ObjectId::Subscription(name.clone());
            let set = |a, b| context.writer.alter_subscription(name, a, b);
            let (up, down) = (set(from, to), set(to, from));
            out.extend(alter(object.clone(), GROUP, Rank::Subscription, up, down));
            only_comment(context, object, GROUP, from, to, out, |s| {
                s.connection = None;
                s.publications.clear();
                // It is for whoever runs the subscription to enable it.
                s.enabled = false;
                s.owner = None;
                s.comment.take()
            });
        }
        Ok(())
    }
}

/// What a publication publishes.
fn need_published(context: &Context<'_>, change: &mut Change, publication: &Publication) {
    let schemas = publication.schemas.iter();
    change.must_have(schemas.map(|s| ObjectId::Schema(s.clone())));
    for (table, published) in &publication.tables {
        change.need(ObjectId::Table(table.clone()), Strength::Must);
        let columns = published.columns.iter().flatten();
        change.must_have(columns.map(|c| ObjectId::Column(table.clone(), c.clone())));
        if let Some(predicate) = &published.predicate {
            context.need_text(change, predicate.sql());
        }
    }
}
